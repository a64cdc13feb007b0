import CofferHTTP
import CofferTesting
import Testing

@Suite("SkySend: headers and CORS", .serialized, .timeLimit(.minutes(20)))
struct SkySendHeadersTests {
    static let policy = """
        default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
        img-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; child-src 'self' blob:; \
        frame-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'
        """
    static let fixed = [
        ("Cache-Control", "no-store"),
        ("Strict-Transport-Security", "max-age=63072000; includeSubDomains; preload"),
        ("X-Frame-Options", "DENY"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "no-referrer"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Origin-Agent-Cluster", "?1"),
        ("X-DNS-Prefetch-Control", "off"),
        ("X-Download-Options", "noopen"),
        ("X-Permitted-Cross-Domain-Policies", "none"),
        ("X-XSS-Protection", "0"),
        ("Content-Security-Policy", policy),
    ]
    static let exposed = "X-RateLimit-Limit,X-RateLimit-Remaining,X-RateLimit-Reset,X-File-Count"
    static let allowed = """
        Content-Type,Content-Length,X-Content-Length,X-Auth-Token,X-Owner-Token,X-Salt,X-Max-Downloads,X-Expire-Sec,\
        X-File-Count,X-Has-Password,X-Password-Salt,X-Password-Algo,Authorization
        """

    private static func dense(_ text: String?) -> String? { text?.filter { $0 != " " } }

    private static func expectFixedHeaders(_ response: TestResponse, _ place: String) {
        for (name, value) in fixed { #expect(response.header(name) == value, "\(name) of \(place)") }
        let vary = dense(response.header("vary"))?.split(separator: ",").map { $0.lowercased() } ?? []
        #expect(vary.contains("origin"), "\(place)")
        #expect(dense(response.header("access-control-expose-headers")) == exposed, "\(place)")
        #expect(response.header("access-control-allow-credentials") == nil, "\(place)")
    }

    static let requests: [(String, String, Int)] = [
        ("GET", "/api/config", 200), ("GET", "/api/health", 200), ("GET", "/api/quota", 200),
        ("GET", "/api/info/x", 404), ("GET", "/api/exists/x", 404), ("GET", "/api/download/x", 401),
        ("POST", "/api/upload", 400), ("POST", "/api/upload/init", 400), ("POST", "/api/upload/x/chunk", 400),
        ("POST", "/api/upload/x/chunk?index=0", 404), ("POST", "/api/upload/x/finalize", 401),
        ("GET", "/api/upload/x/status", 401), ("POST", "/api/meta/x", 401), ("POST", "/api/password/x", 400),
        ("DELETE", "/api/upload/x", 401), ("POST", "/api/note", 400), ("GET", "/api/note/x", 404),
        ("POST", "/api/note/x/password", 400), ("DELETE", "/api/note/x", 401),
        ("GET", "/api/nothing", 404), ("PUT", "/api/config", 404), ("GET", "/auth/session", 404),
    ]

    @Test(arguments: requests)
    func answerCarriesAllHeaders(_ method: String, _ target: String, _ status: Int) async throws {
        try await SkySendClient.run { client in
            let body: [UInt8]? = method == "POST" ? [0x7B] : nil
            let response = try await client.server.send(method, target, body: body)
            #expect(response.status == status, "\(response.text)")
            Self.expectFixedHeaders(response, "\(method) \(target)")
        }
    }

    @Test
    func successesCarryAllHeaders() async throws {
        try await SkySendClient.run { client in
            let upload = try await client.upload([1, 2, 3])
            #expect(upload.status == 201)
            Self.expectFixedHeaders(upload, "upload")
            let id = try upload.skySendText("id")
            Self.expectFixedHeaders(try await client.info(id), "info")
            Self.expectFixedHeaders(try await client.download(id), "download")
            Self.expectFixedHeaders(try await client.delete(id), "delete")
        }
    }

    @Test
    func rateLimitedAnswerCarriesAllHeaders() async throws {
        try await SkySendClient.run(["RATE_LIMIT_MAX": "1"]) { client in
            #expect(try await client.server.get("/api/config").status == 200)
            let headers = [("Origin", SkySendClient.baseURL)]
            let response = try await client.server.get("/api/config", headers: headers)
            #expect(response.status == 429)
            Self.expectFixedHeaders(response, "429")
            #expect(response.header("access-control-allow-origin") == SkySendClient.baseURL)
        }
    }

    @Test
    func policyNamesTheLogosOrigin() async throws {
        try await SkySendClient.run(["CUSTOM_LOGO": "https://cdn.example.org/a/l.png"]) { client in
            let policy = try await client.server.get("/api/config").header("content-security-policy")
            #expect(policy == Self.policy.replacing("data:;", with: "data: https://cdn.example.org;"))
        }
    }

    // MARK: CORS

    static let origins: [(String, Bool)] = [
        (SkySendClient.baseURL, true), ("https://app.example.org", true), ("http://localhost:5173", true),
        ("http://send.example.org", false), ("https://send.example.org:8443", false),
        ("https://send.example.org.evil.example", false), ("https://evil.example", false), ("null", false),
        ("*", false),
    ]

    @Test(arguments: origins)
    func originIsAllowedOnlyWhenListed(_ origin: String, _ isAllowed: Bool) async throws {
        let settings = ["CORS_ORIGINS": "https://app.example.org, http://localhost:5173"]
        try await SkySendClient.run(settings) { client in
            for target in ["/api/config", "/api/info/x", "/api/nothing"] {
                let response = try await client.server.get(target, headers: [("Origin", origin)])
                #expect(response.header("access-control-allow-origin") == (isAllowed ? origin : nil), "\(target)")
                Self.expectFixedHeaders(response, target)
            }
        }
    }

    @Test(arguments: [
        "/api/upload", "/api/upload/init", "/api/note", "/api/config", "/api/download/x", "/api/upload/x",
    ])
    func preflightOfAnAllowedOrigin(_ target: String) async throws {
        try await SkySendClient.run { client in
            let headers = [
                ("Origin", SkySendClient.baseURL), ("Access-Control-Request-Method", "POST"),
                ("Access-Control-Request-Headers", "x-auth-token"),
            ]
            let response = try await client.server.send("OPTIONS", target, headers: headers)
            #expect(response.status == 204)
            #expect(response.body.isEmpty)
            #expect(response.header("access-control-allow-origin") == SkySendClient.baseURL)
            #expect(Self.dense(response.header("access-control-allow-methods")) == "GET,POST,DELETE,OPTIONS")
            #expect(Self.dense(response.header("access-control-allow-headers")) == Self.allowed)
            #expect(response.header("access-control-max-age") == nil)
            #expect(response.header("x-ratelimit-limit") == nil)
            Self.expectFixedHeaders(response, target)
        }
    }

    @Test
    func preflightOfAForeignOriginNamesNoOrigin() async throws {
        try await SkySendClient.run { client in
            let headers = [("Origin", "https://evil.example"), ("Access-Control-Request-Method", "POST")]
            let response = try await client.server.send("OPTIONS", "/api/upload", headers: headers)
            #expect(response.status == 204)
            #expect(response.body.isEmpty)
            #expect(response.header("access-control-allow-origin") == nil)
        }
    }

    @Test
    func preflightsPassEveryGate() async throws {
        let settings = ["RATE_LIMIT_MAX": "2", "ENABLED_SERVICES": "note"]
        try await SkySendClient.run(settings) { client in
            let headers = [("Origin", SkySendClient.baseURL), ("Access-Control-Request-Method", "POST")]
            for _ in 0..<5 {
                let response = try await client.server.send("OPTIONS", "/api/upload", headers: headers)
                #expect(response.status == 204)
            }
            let first = try await client.server.get("/api/config")
            #expect(first.header("x-ratelimit-remaining") == "1")
        }
    }
}
