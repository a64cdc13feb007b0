import CofferHTTP
import CofferTesting
import Testing

@Suite("Heaper: pages of other origins", .serialized, .timeLimit(.minutes(20)))
struct HeaperCORSTests {
    private static let origin = ("Origin", "https://app.example.org")

    @Test(arguments: [
        ("GET", "/api/", 200), ("POST", "/api/me", 401), ("GET", "/api/heap/none/of/these", 404),
        ("PATCH", "/api/me", 405), ("GET", "/sync/health", 200), ("GET", "/nothing", 404),
    ])
    func everyAnswerMirrorsTheOrigin(method: String, path: String, status: Int) async throws {
        try await HeaperClient.run { client async throws in
            let answer = try await client.send(method, path, headers: [Self.origin])
            #expect(answer.status == status)
            #expect(answer.header("access-control-allow-origin") == "https://app.example.org")
            #expect(answer.header("access-control-allow-credentials") == "true")
            #expect(answer.header("vary") == "Origin")
            let exposed = "ETag, Content-Range, Accept-Ranges, Content-Length, Content-Disposition, Retry-After"
            #expect(answer.header("access-control-expose-headers") == exposed)
        }
    }

    @Test(arguments: ["/api/me", "/api/sync/push", "/api/", "/nothing/here"])
    func optionsIs204(path: String) async throws {
        try await HeaperClient.run { client async throws in
            let asked = "authorization,content-type,x-anything"
            let headers = [
                Self.origin, ("Access-Control-Request-Method", "PUT"), ("Access-Control-Request-Headers", asked),
            ]
            let answer = try await client.send("OPTIONS", path, headers: headers)
            #expect(answer.status == 204)
            #expect(answer.body.isEmpty)
            #expect(answer.header("access-control-allow-origin") == "https://app.example.org")
            #expect(answer.header("access-control-allow-credentials") == "true")
            #expect(answer.header("access-control-allow-headers") == asked)
            let methods = answer.header("access-control-allow-methods") ?? ""
            for method in ["GET", "POST", "PUT", "DELETE"] { #expect(methods.contains(method)) }
        }
    }

    @Test func requestWithoutOriginGetsNone() async throws {
        try await HeaperClient.run { client async throws in
            let answer = try await client.get("/api/")
            #expect(answer.header("access-control-allow-origin") == nil)
            #expect(answer.header("vary") == "Origin")
        }
    }

    @Test func wrongMethodNamesTheRightOnes() async throws {
        try await HeaperClient.run { client async throws in
            let answer = try await client.send("DELETE", "/api/me")
            #expect(answer.status == 405)
            #expect(answer.header("allow") == "GET, POST")
            #expect(answer.heaperCode == "method_not_allowed")
            let unknown = try await client.get("/api/auth/nothing")
            #expect(unknown.status == 404)
            #expect(unknown.heaperCode == "not_found")
        }
    }
}
