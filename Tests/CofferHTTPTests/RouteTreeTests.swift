import CofferHTTP
import HTTPTypes
import Hummingbird
import Testing

@Suite("RouteTree")
struct RouteTreeTests {
    private static func route(_ method: HTTPRequest.Method, _ template: String) -> Route {
        Route(method, template) { _, _ in Response(status: .ok) }
    }

    private static func tree(_ tables: (String, [String])...) throws -> RouteTree {
        try RouteTree(
            tables.map { name, lines in
                let routes = try lines.map { line in
                    let words = line.split(separator: " ").map(String.init)
                    return route(try #require(HTTPRequest.Method(words[0])), words[1])
                }
                return (dialect: name, routes: routes)
            }
        )
    }

    /// What a request finds, as a line of text.
    private func found(_ tree: RouteTree, _ method: HTTPRequest.Method, _ path: String) -> String {
        let match = tree.match(method, RequestPath(path).segments)
        return switch match.route {
        case .route(let route): "\(match.dialect ?? -1) \(route.template)"
        case .otherMethod(let allowed): "\(match.dialect ?? -1) allows \(allowed.joined(separator: ","))"
        case .noRoute: "none"
        }
    }

    @Test(arguments: [
        ("/f/1/info", "0 /f/{id}/info"), ("/f/1/7", "0 /f/{id}/{n}"), ("/f/1/metadata", "0 /f/{id}/{n}"),
        ("/f/1", "0 allows DELETE"), ("/f/1/", "none"), ("/f//info", "none"), ("/f/1/info/", "none"), ("/f/", "none"),
        ("/f", "0 /f"), ("/F", "none"), ("/", "none"), ("/f/a%2Fb/info", "0 /f/{id}/info"),
        ("/f/a%20b/info", "0 /f/{id}/info"),
        ("/f/info/info", "0 /f/{id}/info"), ("/f/1/inf%6F", "0 /f/{id}/info"),
    ])
    func literalsComeBeforeParameters(path: String, expected: String) throws {
        let tree = try Self.tree(
            ("one", ["GET /f", "GET /f/{id}/info", "GET /f/{id}/{n}", "PUT /f/{id}/metadata", "DELETE /f/{id}"])
        )
        #expect(found(tree, .get, path) == expected)
    }

    @Test func methodDecidesBetweenLiteralAndParameter() throws {
        let tree = try Self.tree(("one", ["PUT /f/{id}/metadata", "GET /f/{id}/{n}"]))
        #expect(found(tree, .put, "/f/1/metadata") == "0 /f/{id}/metadata")
        #expect(found(tree, .get, "/f/1/metadata") == "0 /f/{id}/{n}")
        #expect(found(tree, .put, "/f/1/7") == "0 allows GET")
    }

    @Test func deadEndBelowALiteralFallsBackToTheParameter() throws {
        let tree = try Self.tree(("one", ["GET /a/new/x", "GET /a/{id}/y"]))
        #expect(found(tree, .get, "/a/new/x") == "0 /a/new/x")
        #expect(found(tree, .get, "/a/new/y") == "0 /a/{id}/y")
    }

    @Test func slashAtTheEndIsAnotherPath() throws {
        let tree = try Self.tree(("one", ["POST /upload/", "GET /docs"]))
        #expect(found(tree, .post, "/upload/") == "0 /upload/")
        #expect(found(tree, .post, "/upload") == "none")
        #expect(found(tree, .get, "/docs") == "0 /docs")
        #expect(found(tree, .get, "/docs/") == "none")
    }

    @Test func allowedMethodsAreSortedAndOncePerPath() throws {
        let tree = try Self.tree(("one", ["PUT /a", "GET /a", "DELETE /a"]))
        #expect(found(tree, .post, "/a") == "0 allows DELETE,GET,PUT")
    }

    @Test func ownerIsTheDialectOfTheRoute() throws {
        let tree = try Self.tree(("one", ["GET /a"]), ("two", ["POST /a", "GET /b"]))
        #expect(found(tree, .get, "/a") == "0 /a")
        #expect(found(tree, .post, "/a") == "1 /a")
        #expect(found(tree, .get, "/b") == "1 /b")
    }

    @Test func parametersCarryTheirDecodedValues() throws {
        let tree = try Self.tree(("one", ["GET /f/{id}/{n}"]))
        let match = tree.match(.get, RequestPath("/f/caf%C3%A9/%37").segments)
        #expect(match.parameters["id"] == "café")
        #expect(match.parameters["n"] == "7")
        #expect(match.parameters["other"] == "")
    }

    @Test func sharedRouteIsOneRouteOfTheFirstOwner() throws {
        let shared = Route.shared(.get, "/health") { _ in .init(members: [.init("a", 1)]) }
        let tree = try RouteTree([("one", [shared]), ("two", [shared])])
        #expect(tree.match(.get, ["health"]).dialect == 0)
        #expect(throws: RouteTree.Collision.self) {
            try RouteTree([("one", [shared]), ("two", [Self.route(.get, "/health")])])
        }
    }

    @Test func sameShapeOfTwoDialectsIsACollision() throws {
        let collision = try #require(
            #expect(throws: RouteTree.Collision.self) {
                try Self.tree(("one", ["GET /a/{id}"]), ("two", ["POST /a/{id}", "GET /a/{key}"]))
            }
        )
        #expect(collision.method == "GET")
        #expect(collision.path == "/a/{key}")
        #expect(collision.dialects == ["one", "two"])
        #expect(collision.description == "GET /a/{key} is claimed by more than one dialect: one, two.")
    }

    @Test func emptyTreeMatchesNothing() throws {
        #expect(found(try RouteTree([]), .get, "/") == "none")
    }

    @Test func pathOfTenThousandSegmentsIsHarmless() throws {
        let tree = try Self.tree(("one", ["GET /a/{id}"]))
        #expect(found(tree, .get, String(repeating: "/a", count: 10_000)) == "none")
    }
}

@Suite("PathTemplate")
struct PathTemplateTests {
    @Test func segmentsAreLiteralsAndParameters() {
        let template = PathTemplate("/api/{id}/info")
        #expect(template.segments == [.literal("api"), .parameter("id"), .literal("info")])
        #expect(template.description == "/api/{id}/info")
        #expect(PathTemplate("/upload/").segments == [.literal("upload"), .literal("")])
    }
}
