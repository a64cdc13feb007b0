import CofferHTTP
import CofferTesting
import Testing

@Suite("DialectMux")
struct DialectMuxTests {
    private static let hosts = ["COFFER_HOSTS": "drop.test=ravenzero,hush.test=hushfile"]
    private static let house: JSONValue = ["detail": "Not Found"]
    private static let hushfile: JSONValue = ["fileid": "", "status": "bad request"]
    private static let heaper: JSONValue = ["success": false, "error": "Not found", "code": "not_found"]

    private func json(_ answer: TestResponse) -> [String: JSONValue] {
        guard case .object(let members)? = answer.json else { return [:] }
        return Dictionary(members.map { ($0.name, $0.value) }) { $1 }
    }

    @Test(arguments: [
        ("/nowhere", 404, house), ("/", 404, house), ("/upload/x/y", 404, house), ("/openapi/nobody.json", 404, house),
        ("/status/a%2Fb", 404, house), ("/download/a%2Fb", 404, house), ("/preview/", 404, house),
        ("/api/unknown", 400, hushfile), ("/api/unknown/below", 400, hushfile), ("/API/file", 404, house),
        ("/sync/unknown", 404, heaper),
    ])
    func unknownPathIsAnsweredInTheMannerOfItsOwner(path: String, status: Int, body: JSONValue) async throws {
        try await TestServer.run { server async throws in
            let answer = try await server.get(path)
            #expect(answer.status == status)
            guard case .object(let members) = body else { return }
            #expect(json(answer) == Dictionary(members.map { ($0.name, $0.value) }) { $1 })
            #expect(answer.header("content-type") == "application/json")
        }
    }

    @Test(arguments: ["drop.test", "DROP.test", "drop.test:8080", "drop.test:"])
    func hostOfOneDialectBelongsToItAlone(host: String) async throws {
        try await TestServer.run(Self.hosts) { server async throws in
            let headers = [("Host", host)]
            for path in ["/api/serverinfo", "/nowhere", "/api/file/x/info"] {
                let answer = try await server.get(path, headers: headers)
                #expect(answer.status == 404)
                #expect(answer.json == Self.house)
            }
            let status = try await server.get("/status/no-such-key", headers: headers)
            #expect(status.json?["status"] == "expired_or_burned")
        }
    }

    @Test func hostOfHushfileAnswersEverythingInItsManner() async throws {
        try await TestServer.run(Self.hosts) { server async throws in
            let headers = [("Host", "hush.test")]
            for path in ["/nowhere", "/status/a-b-c", "/"] {
                let answer = try await server.get(path, headers: headers)
                #expect(answer.status == 400)
                #expect(json(answer) == ["fileid": "", "status": "bad request"])
            }
            #expect(try await server.get("/api/serverinfo", headers: headers).status == 200)
            #expect(try await server.get("/docs", headers: headers).status == 200)
        }
    }

    @Test(arguments: [
        ("drop.test", "Raven Zero", 404), ("hush.test", "Hushfile", 200), ("other.test", "coffer", 200),
    ])
    func hostShowsTheDescriptionOfItsDialects(host: String, title: String, hushfileStatus: Int) async throws {
        try await TestServer.run(Self.hosts) { server async throws in
            let headers = [("Host", host)]
            let whole = try await server.get("/openapi.json", headers: headers)
            #expect(whole.status == 200)
            guard case .string(let found)? = whole.json?["info"]?["title"] else {
                Issue.record("no title")
                return
            }
            #expect(found.contains(title))
            let part = try await server.get("/openapi/hushfile.json", headers: headers)
            #expect(part.status == hushfileStatus)
        }
    }

    @Test func otherHostsShareOneNamespace() async throws {
        try await TestServer.run(Self.hosts) { server async throws in
            for host in ["127.0.0.1", "drop.test.evil", "xdrop.test", "[::1]:80", "[::1]"] {
                let headers = [("Host", host)]
                #expect(try await server.get("/api/serverinfo", headers: headers).status == 200)
                let status = try await server.get("/status/no-such-key", headers: headers)
                #expect(status.json?["status"] == "expired_or_burned")
            }
        }
    }

    @Test func onlyDialectOwnsEveryPath() async throws {
        try await TestServer.run(["COFFER_DIALECTS": "hushfile"]) { server async throws in
            let unknown = try await server.get("/nowhere")
            #expect(unknown.status == 400)
            #expect(json(unknown) == ["fileid": "", "status": "bad request"])
            #expect(try await server.get("/status/a-b-c").status == 400)
            #expect(try await server.get("/docs").status == 200)
        }
        try await TestServer.run(["COFFER_DIALECTS": "ravenzero"]) { server async throws in
            #expect(try await server.get("/api/serverinfo").json == Self.house)
            #expect(try await server.get("/openapi/hushfile.json").status == 404)
        }
    }

    @Test(arguments: ["/openapi.json", "/docs", "/api/serverinfo", "/nowhere", "/api/unknown", "/status/x", "/health"])
    func headHasHeadersOfGetAndNoBody(path: String) async throws {
        try await TestServer.run { server async throws in
            try await TestConnection.open(port: server.port) { connection in
                try await connection.write(server.head("HEAD", path) + server.head("GET", "/api/serverinfo"))
                let head = try await connection.readResponse(isHead: true)
                #expect(head.header("content-length") != nil)
                #expect(head.status >= 200)
                let next = try await connection.readResponse()
                #expect(next.status == 200)
                #expect(next.json != nil)
            }
        }
    }

    @Test(arguments: ["/openapi.json", "/docs", "/api/serverinfo", "/openapi/ravenzero.json"])
    func headTellsTheLengthThatGetSends(path: String) async throws {
        try await TestServer.run { server async throws in
            let get = try await server.get(path)
            let head = try await server.send("HEAD", path)
            #expect(head.status == get.status)
            #expect(head.header("content-length") == String(get.body.count))
            #expect(head.header("content-type") == get.header("content-type"))
        }
    }

    @Test func everyAnswerHasAFreshRequestID() async throws {
        try await TestServer.run { server async throws in
            var ids: Set<String> = []
            for path in [
                "/docs", "/nowhere", "/api/unknown", "/api/serverinfo", "/status/x", "/docs/", "/openapi.json",
            ] {
                let answer = try await server.get(path, headers: [("X-Request-ID", "mine")])
                let id = try #require(answer.header("x-request-id"))
                #expect(id.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil)
                ids.insert(id)
            }
            #expect(ids.count == 7)
        }
    }

    @Test func requestsOfOneConnectionGoToTheirOwnDialects() async throws {
        try await TestServer.run { server async throws in
            try await TestConnection.open(port: server.port) { connection in
                for _ in 0..<3 {
                    try await connection.write(server.head("GET", "/api/unknown"))
                    #expect(try await connection.readResponse().status == 400)
                    try await connection.write(server.head("GET", "/nowhere"))
                    #expect(try await connection.readResponse().status == 404)
                }
            }
        }
    }
}
