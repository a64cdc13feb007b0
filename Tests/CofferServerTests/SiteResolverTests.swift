import CofferTesting
import Testing

@Suite("SiteResolver")
struct SiteResolverTests {
    /// Where `/docs/` is redirected to: the address under which the server believes to be known.
    private func location(
        _ environment: [String: String] = [:],
        _ headers: [(String, String)]
    ) async throws -> (location: String?, port: Int) {
        try await TestServer.run(environment) { server async throws in
            let answer = try await server.get("/docs/", headers: headers)
            #expect(answer.status == 307)
            return (answer.header("location"), server.port)
        }
    }

    @Test(arguments: ["drop.example", "drop.example:8443", "[2001:db8::1]:80", "Drop_1.example"])
    func hostOfTheRequestIsKept(host: String) async throws {
        #expect(try await location([("Host", host)]).location == "http://\(host)/docs")
    }

    @Test(arguments: [
        "evil\"><script>", "a b", "evil.example/path", "user@evil.example", "evil.example?x", "évil.example", "a\\b",
        "",
    ])
    func hostileHostEndsInNoLink(host: String) async throws {
        try await TestServer.run { server async throws in
            let answer = try await server.get("/docs/", headers: [("Host", host)])
            guard answer.status == 307 else {
                #expect(answer.status == 400)
                return
            }
            #expect(answer.header("location") == "http://127.0.0.1:\(server.port)/docs")
        }
    }

    @Test func forwardedSchemeOfATrustedProxyIsTaken() async throws {
        let headers = [("Host", "drop.example"), ("X-Forwarded-Proto", "https")]
        let trusted = try await location(["COFFER_TRUSTED_PROXIES": "loopback"], headers)
        #expect(trusted.location == "https://drop.example/docs")
        let other = try await location(["COFFER_TRUSTED_PROXIES": "10.0.0.0/8"], headers)
        #expect(other.location == "http://drop.example/docs")
        let none = try await location(headers)
        #expect(none.location == "http://drop.example/docs")
    }

    @Test(arguments: ["javascript", "https, http\"", "", "ftp"])
    func inventedSchemeIsNotTaken(scheme: String) async throws {
        let headers = [("Host", "drop.example"), ("X-Forwarded-Proto", scheme)]
        let found = try await location(["COFFER_TRUSTED_PROXIES": "loopback"], headers).location
        #expect(found == "http://drop.example/docs" || found == "https://drop.example/docs")
    }

    @Test func baseURLWinsOverEverything() async throws {
        let environment = ["COFFER_BASE_URL": "https://drop.example.org", "COFFER_TRUSTED_PROXIES": "loopback"]
        let headers = [("Host", "other.example"), ("X-Forwarded-Proto", "http")]
        #expect(try await location(environment, headers).location == "https://drop.example.org/docs")
    }

    private func location(_ headers: [(String, String)]) async throws -> (location: String?, port: Int) {
        try await location([:], headers)
    }

    @Test func clientsBehindATrustedProxyAreToldApart() async throws {
        let environment = ["COFFER_TRUSTED_PROXIES": "loopback", "COFFER_RAVENZERO_HEALTH_RATE_LIMIT": "1/hour"]
        try await TestServer.run(environment) { server async throws in
            func status(_ address: String) async throws -> Int {
                try await server.get("/health/", headers: [("X-Forwarded-For", address)]).status
            }
            #expect(try await status("192.0.2.1") != 429)
            #expect(try await status("192.0.2.2") != 429)
            #expect(try await status("192.0.2.1") == 429)
            #expect(try await status("198.51.100.9, 192.0.2.2") == 429)
        }
    }

    @Test func forwardedAddressOfAStrangerIsIgnored() async throws {
        try await TestServer.run(["COFFER_RAVENZERO_HEALTH_RATE_LIMIT": "1/hour"]) { server async throws in
            let first = try await server.get("/health/", headers: [("X-Forwarded-For", "192.0.2.1")])
            #expect(first.status != 429)
            let second = try await server.get("/health/", headers: [("X-Forwarded-For", "192.0.2.2")])
            #expect(second.status == 429)
        }
    }
}
