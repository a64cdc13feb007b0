import CofferTesting
import Testing

@Suite("Raven Zero: CORS", .serialized, .timeLimit(.minutes(20)))
struct RavenZeroCORSTests {
    static let origin = "https://page.example"

    private static func expectWildcard(
        _ response: TestResponse,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(response.header("access-control-allow-origin") == "*", sourceLocation: sourceLocation)
        #expect(
            response.header("access-control-expose-headers")?.lowercased() == "x-sha256, content-disposition",
            sourceLocation: sourceLocation
        )
        #expect(response.header("access-control-allow-credentials") == nil, sourceLocation: sourceLocation)
    }

    // MARK: Requests with an origin

    @Test(
        arguments: [
            ("GET", "/status/x", 200), ("GET", "/health/", 200), ("GET", "/preview/x", 404),
            ("GET", "/download/x", 404),
            ("POST", "/upload/", 400), ("PUT", "/upload/", 405), ("GET", "/upload", 307), ("GET", "/preview/", 404),
        ]
    )
    func everyAnswerAllowsAllOrigins(method: String, path: String, status: Int) async throws {
        try await RavenZeroClient.run { raven in
            let response = try await raven.server.send(method, path, headers: [("Origin", Self.origin)])
            #expect(response.status == status)
            Self.expectWildcard(response)
            RavenZeroClient.expectSecurityHeaders(response)
        }
    }

    @Test(arguments: ["/nope", "/docs", "/openapi.json"])
    func documentationAndUnknownPathsAllowAllOrigins(path: String) async throws {
        try await RavenZeroClient.run(["COFFER_DIALECTS": "ravenzero"]) { raven in
            Self.expectWildcard(try await raven.get(path, headers: [("Origin", Self.origin)]))
        }
    }

    @Test func uploadAndDownloadAllowAllOrigins() async throws {
        try await RavenZeroClient.run { raven in
            let headers = [("Origin", Self.origin)]
            let upload = try await raven.upload([65, 66], headers: headers)
            #expect(upload.status == 201)
            Self.expectWildcard(upload)
            let key = try RavenZeroClient.text("key", of: upload)
            let preview = try await raven.get("/preview/\(key)", headers: headers)
            #expect(preview.status == 200)
            Self.expectWildcard(preview)
            let download = try await raven.get("/download/\(key)", headers: headers)
            RavenZeroClient.expect(download, bytes: [65, 66])
            Self.expectWildcard(download)
        }
    }

    @Test func refusalsOfLimitsAllowAllOrigins() async throws {
        let settings = [
            "COFFER_RAVENZERO_HEALTH_RATE_LIMIT": "1/hour", "COFFER_RAVENZERO_DOWNLOAD_FAIL_LIMIT": "1",
        ]
        try await RavenZeroClient.run(settings) { raven in
            #expect(try await raven.get("/health/").status == 200)
            #expect(try await raven.status("x").status == 200)
            for path in ["/health/", "/status/x", "/preview/x", "/download/x"] {
                let response = try await raven.get(path, headers: [("Origin", Self.origin)])
                #expect(response.status == 429)
                Self.expectWildcard(response)
            }
        }
    }

    @Test func requestWithoutOriginGetsNoCORSHeaders() async throws {
        try await RavenZeroClient.run { raven in
            let response = try await raven.status("x")
            let names = response.headers.map { $0.name.lowercased() }
            #expect(!names.contains { $0.hasPrefix("access-control-") })
        }
    }

    @Test func requestWithACookieGetsItsOwnOrigin() async throws {
        try await RavenZeroClient.run { raven in
            let headers = [("Origin", Self.origin), ("Cookie", "a=b")]
            for path in ["/status/x", "/download/x"] {
                let response = try await raven.get(path, headers: headers)
                #expect(response.header("access-control-allow-origin") == Self.origin)
                #expect(response.header("vary")?.lowercased() == "origin")
                #expect(
                    response.header("access-control-expose-headers")?.lowercased() == "x-sha256, content-disposition"
                )
                #expect(response.header("access-control-allow-credentials") == nil)
            }
        }
    }

    // MARK: Configured origins

    static let configured = ["COFFER_RAVENZERO_CORS_ORIGINS": "https://page.example, https://other.example:8443"]

    @Test(arguments: ["https://page.example", "https://other.example:8443"])
    func configuredOriginIsAllowed(origin: String) async throws {
        try await RavenZeroClient.run(Self.configured) { raven in
            let response = try await raven.get("/status/x", headers: [("Origin", origin)])
            #expect(response.header("access-control-allow-origin") == origin)
            #expect(response.header("vary")?.lowercased() == "origin")
            let preflight = try await raven.server.send(
                "OPTIONS",
                "/upload/",
                headers: [("Origin", origin), ("Access-Control-Request-Method", "POST")]
            )
            #expect(preflight.status == 200)
            #expect(preflight.header("access-control-allow-origin") == origin)
        }
    }

    @Test(arguments: ["https://evil.example", "http://page.example", "https://page.example.evil.example", "null"])
    func otherOriginIsNotAllowed(origin: String) async throws {
        try await RavenZeroClient.run(Self.configured) { raven in
            let response = try await raven.get("/status/x", headers: [("Origin", origin)])
            #expect(response.status == 200)
            #expect(response.header("access-control-allow-origin") == nil)
            let preflight = try await raven.server.send(
                "OPTIONS",
                "/upload/",
                headers: [("Origin", origin), ("Access-Control-Request-Method", "POST")]
            )
            #expect(preflight.status == 400)
            #expect(preflight.text == "Disallowed CORS origin")
            #expect(preflight.header("access-control-allow-origin") == nil)
        }
    }

    // MARK: Preflights

    private static func preflight(
        _ raven: RavenZeroClient,
        _ path: String,
        method: String,
        headers: String? = nil
    ) async throws -> TestResponse {
        var fields = [("Origin", origin), ("Access-Control-Request-Method", method)]
        if let headers { fields.append(("Access-Control-Request-Headers", headers)) }
        return try await raven.server.send("OPTIONS", path, headers: fields)
    }

    private static func expectPreflight(
        _ response: TestResponse,
        _ status: Int,
        _ text: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        #expect(response.status == status, sourceLocation: sourceLocation)
        #expect(response.text == text, sourceLocation: sourceLocation)
        #expect(response.header("content-type")?.hasPrefix("text/plain") == true, sourceLocation: sourceLocation)
        #expect(response.header("access-control-allow-origin") == "*", sourceLocation: sourceLocation)
        #expect(response.header("access-control-allow-methods") == "GET, POST", sourceLocation: sourceLocation)
        #expect(response.header("access-control-max-age") == "600", sourceLocation: sourceLocation)
        #expect(
            response.header("access-control-allow-headers")
                == "Accept, Accept-Language, Content-Language, Content-Type",
            sourceLocation: sourceLocation
        )
        #expect(response.header("access-control-allow-credentials") == nil, sourceLocation: sourceLocation)
        RavenZeroClient.expectSecurityHeaders(response, sourceLocation: sourceLocation)
    }

    @Test(
        arguments: ["/upload/", "/upload", "/status/x", "/preview/x", "/download/x", "/health/", "/status/a/b"],
        ["GET", "POST"]
    )
    func preflightOfAnAllowedMethodIsOK(path: String, method: String) async throws {
        try await RavenZeroClient.run { raven in
            Self.expectPreflight(try await Self.preflight(raven, path, method: method), 200, "OK")
        }
    }

    @Test(arguments: ["/", "/nope", "/docs", "/openapi.json"])
    func preflightIsAnsweredOnAnyPath(path: String) async throws {
        try await RavenZeroClient.run(["COFFER_DIALECTS": "ravenzero"]) { raven in
            Self.expectPreflight(try await Self.preflight(raven, path, method: "GET"), 200, "OK")
        }
    }

    @Test(
        arguments: [
            "Content-Type", "content-type", "accept, content-type", "ACCEPT,Content-Language,accept-language", "",
        ]
    )
    func preflightOfAllowedHeadersIsOK(headers: String) async throws {
        try await RavenZeroClient.run { raven in
            let response = try await Self.preflight(raven, "/upload/", method: "POST", headers: headers)
            Self.expectPreflight(response, 200, "OK")
        }
    }

    @Test(
        arguments: [
            ("PUT", nil, "Disallowed CORS method"), ("DELETE", "content-type", "Disallowed CORS method"),
            ("POST", "X-Custom", "Disallowed CORS headers"),
            ("GET", "Accept, Authorization", "Disallowed CORS headers"),
            ("PATCH", "Authorization", "Disallowed CORS method, headers"), ("post", nil, "Disallowed CORS method"),
        ] as [(String, String?, String)]
    )
    func refusedPreflightIs400(method: String, headers: String?, text: String) async throws {
        try await RavenZeroClient.run { raven in
            let response = try await Self.preflight(raven, "/upload/", method: method, headers: headers)
            Self.expectPreflight(response, 400, text)
        }
    }

    @Test(
        arguments: [
            [("Origin", "https://page.example")], [("Access-Control-Request-Method", "GET")], [],
        ] as [[(String, String)]]
    )
    func optionsThatIsNoPreflightIs405Or404(headers: [(String, String)]) async throws {
        try await RavenZeroClient.run { raven in
            let known = try await raven.server.send("OPTIONS", "/status/x", headers: headers)
            RavenZeroClient.expect(known, 405, RavenZeroClient.detail("Method Not Allowed"))
            #expect(known.header("allow") == "GET")
            let unknown = try await raven.server.send("OPTIONS", "/status/a/b", headers: headers)
            RavenZeroClient.expect(unknown, 404, RavenZeroClient.detail("Not Found"))
        }
    }

    @Test func preflightSpendsNothing() async throws {
        let settings = ["COFFER_RAVENZERO_HEALTH_RATE_LIMIT": "1/hour", "COFFER_RAVENZERO_DOWNLOAD_FAIL_LIMIT": "1"]
        try await RavenZeroClient.run(settings) { raven in
            let key = try await raven.drop()
            for path in ["/download/x", "/status/x", "/health/", "/preview/\(key)", "/download/\(key)"] {
                #expect(try await Self.preflight(raven, path, method: "GET").status == 200)
            }
            #expect(try await raven.get("/health/").status == 200)
            #expect(try await raven.preview(key).status == 200)
            #expect(try await raven.download(key).status == 200)
        }
    }
}
