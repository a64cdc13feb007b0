import CofferTesting
import Testing

@Suite("Raven Zero: headers of every response", .serialized, .timeLimit(.minutes(20)))
struct RavenZeroHeadersTests {
    /// A request and the status that shows it was the answer meant.
    struct Case: Sendable, CustomTestStringConvertible {
        let method: String
        let target: String
        var headers: [(String, String)] = []
        let status: Int

        var testDescription: String { "\(method) \(target) \(status)" }
    }

    static let preflight = [("Origin", "https://a.example"), ("Access-Control-Request-Method", "GET")]
    static let refusedPreflight = [("Origin", "https://a.example"), ("Access-Control-Request-Method", "PUT")]

    @Test(
        arguments: [
            Case(method: "POST", target: "/upload/", status: 400),
            Case(method: "GET", target: "/upload/", status: 405),
            Case(method: "GET", target: "/upload", status: 307),
            Case(method: "GET", target: "/preview/x", status: 404),
            Case(method: "GET", target: "/preview/", status: 404),
            Case(method: "GET", target: "/download/x", status: 404),
            Case(method: "GET", target: "/status/x", status: 200),
            Case(method: "GET", target: "/health/", status: 200),
            Case(method: "HEAD", target: "/health/", status: 405),
            Case(method: "GET", target: "/docs", status: 200),
            Case(method: "GET", target: "/redoc", status: 200),
            Case(method: "GET", target: "/scalar", status: 200),
            Case(method: "GET", target: "/openapi.json", status: 200),
            Case(method: "POST", target: "/docs", status: 405),
            Case(method: "GET", target: "/docs/", status: 307),
            Case(method: "GET", target: "/nope", status: 404),
            Case(method: "OPTIONS", target: "/upload/", headers: preflight, status: 200),
            Case(method: "OPTIONS", target: "/upload/", headers: refusedPreflight, status: 400),
        ]
    )
    func securityHeadersAndRequestIDAreThere(request: Case) async throws {
        try await RavenZeroClient.run { raven in
            let response = try await raven.server.send(request.method, request.target, headers: request.headers)
            #expect(response.status == request.status)
            RavenZeroClient.expectSecurityHeaders(response)
        }
    }

    @Test func successesHaveThem() async throws {
        try await RavenZeroClient.run { raven in
            let upload = try await raven.upload([65, 66], uses: "2")
            let key = try RavenZeroClient.text("key", of: upload)
            RavenZeroClient.expectSecurityHeaders(upload)
            for route in ["preview", "download", "status"] {
                let response = try await raven.get("/\(route)/\(key)")
                #expect(response.status == 200)
                RavenZeroClient.expectSecurityHeaders(response)
            }
        }
    }

    @Test func refusalsOfLimitsHaveThem() async throws {
        let settings = [
            "COFFER_RAVENZERO_HEALTH_RATE_LIMIT": "1/hour", "COFFER_RAVENZERO_DOWNLOAD_FAIL_LIMIT": "1",
        ]
        try await RavenZeroClient.run(settings) { raven in
            #expect(try await raven.get("/health/").status == 200)
            #expect(try await raven.status("x").status == 200)
            for path in ["/health/", "/status/x", "/preview/x", "/download/x"] {
                let response = try await raven.get(path)
                #expect(response.status == 429)
                RavenZeroClient.expectSecurityHeaders(response)
            }
        }
    }

    @Test func eachHeaderIsSentOnce() async throws {
        try await RavenZeroClient.run { raven in
            let key = try await raven.drop()
            for path in ["/status/\(key)", "/docs", "/nope", "/download/\(key)"] {
                let names = try await raven.get(path).headers.map { $0.name.lowercased() }
                for (name, _) in RavenZeroClient.securityHeaders {
                    #expect(names.filter { $0 == name.lowercased() }.count == 1, "\(name) of \(path)")
                }
                #expect(names.filter { $0 == "x-request-id" }.count == 1)
                #expect(names.filter { $0 == "content-length" }.count == 1)
            }
        }
    }

    @Test func everyResponseHasItsOwnRequestID() async throws {
        try await RavenZeroClient.run { raven in
            var ids: Set<String> = []
            for _ in 0..<20 {
                ids.insert(try #require(try await raven.status("x").header("x-request-id")))
            }
            #expect(ids.count == 20)
        }
    }

    @Test(arguments: ["4b1e28ba-2fa1-41d2-883f-0016d3cca427", "x", "\u{E4}", ""])
    func requestIDOfTheClientIsIgnored(sent: String) async throws {
        try await RavenZeroClient.run { raven in
            let response = try await raven.get("/status/x", headers: [("X-Request-ID", sent)])
            #expect(response.status == 200)
            #expect(response.header("x-request-id") != sent)
            RavenZeroClient.expectSecurityHeaders(response)
        }
    }
}
