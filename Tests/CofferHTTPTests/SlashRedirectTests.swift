import CofferTesting
import Testing

@Suite("SlashRedirect")
struct SlashRedirectTests {
    @Test(arguments: [
        ("POST", "/upload", "/upload/"), ("GET", "/health", "/health/"), ("GET", "/docs/", "/docs"),
        ("GET", "/docs///", "/docs"), ("GET", "/redoc/?a=b&c", "/redoc?a=b&c"), ("GET", "/health?x", "/health/?x"),
        ("HEAD", "/scalar/", "/scalar"), ("GET", "/status/some-key/", "/status/some-key"),
        ("GET", "/openapi.json/", "/openapi.json"), ("GET", "/status/a%2Db/", "/status/a%2Db"),
    ])
    func pathThatMissesByASlashIsRedirected(method: String, target: String, location: String) async throws {
        try await TestServer.run { server in
            let answer = try await server.send(method, target, headers: [("Host", "drop.example:81")])
            #expect(answer.status == 307)
            #expect(answer.header("location") == "http://drop.example:81\(location)")
            #expect(answer.header("content-length") == "0")
            #expect(answer.body.isEmpty)
        }
    }

    @Test(arguments: ["/nowhere/", "/nowhere", "//", "/docs/x/", "/upload//x"])
    func pathThatIsNoRouteEitherWayIsNotRedirected(target: String) async throws {
        try await TestServer.run { server in
            let answer = try await server.get(target)
            #expect(answer.status == 404)
            #expect(answer.header("location") == nil)
        }
    }
}
