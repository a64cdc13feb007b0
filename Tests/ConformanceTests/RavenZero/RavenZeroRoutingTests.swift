import CofferTesting
import Testing

@Suite("Raven Zero: slashes, unknown paths and wrong methods", .serialized, .timeLimit(.minutes(20)))
struct RavenZeroRoutingTests {
    // MARK: Slashes

    @Test(
        arguments: [
            ("/upload", "/upload/"), ("/health", "/health/"), ("/status/x/", "/status/x"),
            ("/preview/x/", "/preview/x"),
            ("/download/x/", "/download/x"), ("/docs/", "/docs"), ("/redoc/", "/redoc"), ("/scalar/", "/scalar"),
            ("/openapi.json/", "/openapi.json"), ("/health?a=b&c=%20", "/health/?a=b&c=%20"),
            ("/status/a%20b/?x", "/status/a%20b?x"), ("/upload?", "/upload/?"),
        ]
    )
    func missingOrSurplusSlashIsRedirected(path: String, corrected: String) async throws {
        try await RavenZeroClient.run { raven in
            let response = try await raven.get(path)
            #expect(response.status == 307)
            #expect(response.header("location") == "\(raven.baseURL)\(corrected)")
            #expect(response.body.isEmpty)
            #expect(response.header("content-length") == "0")
            RavenZeroClient.expectSecurityHeaders(response)
        }
    }

    @Test(
        arguments: ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"],
        ["/upload", "/health", "/status/x/"]
    )
    func everyMethodIsRedirected(method: String, path: String) async throws {
        try await RavenZeroClient.run { raven in
            let response = try await raven.server.send(method, path)
            #expect(response.status == 307)
            let corrected = path.hasSuffix("/") ? "/status/x" : "\(path)/"
            #expect(response.header("location") == "\(raven.baseURL)\(corrected)")
            #expect(response.body.isEmpty)
        }
    }

    @Test func redirectTakesTheHostHeader() async throws {
        try await RavenZeroClient.run { raven in
            let response = try await raven.get("/health", headers: [("Host", "drop.example.org:8443")])
            #expect(response.header("location") == "http://drop.example.org:8443/health/")
        }
    }

    @Test func redirectTakesTheSchemeOfAConfiguredProxyAndTheConfiguredBase() async throws {
        let headers = [("Host", "drop.example.org"), ("X-Forwarded-Proto", "https")]
        try await RavenZeroClient.run { raven in
            let response = try await raven.get("/health", headers: headers)
            #expect(response.header("location") == "http://drop.example.org/health/")
        }
        try await RavenZeroClient.run(["COFFER_TRUSTED_PROXIES": "loopback"]) { raven in
            let response = try await raven.get("/health", headers: headers)
            #expect(response.header("location") == "https://drop.example.org/health/")
        }
        try await RavenZeroClient.run(["COFFER_BASE_URL": "https://base.example"]) { raven in
            let response = try await raven.get("/health", headers: headers)
            #expect(response.header("location") == "https://base.example/health/")
        }
    }

    @Test func uploadToTheWrongSlashLeavesNothing() async throws {
        try await RavenZeroClient.run(["COFFER_INLINE_BYTES": "0"]) { raven in
            let form = MultipartBody().file("file", filename: "a.txt", RavenZeroClient.noise(1000))
            let headers = [("Content-Type", form.contentType)]
            let response = try await raven.server.send("POST", "/upload", headers: headers, body: form.bytes)
            #expect(response.status == 307)
            try await raven.expectNoFiles()
        }
    }

    // MARK: Unknown paths

    @Test(
        arguments: [
            "/", "/nope", "/preview/", "/download/", "/status/", "/status/a%2Fb", "/preview/a%2fb", "/download/%2F",
            "/status/a/b", "/preview/a/b", "/download/a/b/c", "/upload/x", "/health/x", "/UPLOAD/", "/Upload/",
            "/Health/", "/Status/x", "/DOWNLOAD/x", "/Docs", "/api/upload/",
        ],
        ["ravenzero", "ravenzero,hushfile"]
    )
    func unknownPathIs404(path: String, dialects: String) async throws {
        try await RavenZeroClient.run(["COFFER_DIALECTS": dialects]) { raven in
            // Below /api/ the path is not this dialect's when another one is served.
            if path.hasPrefix("/api/") && dialects.contains("hushfile") { return }
            RavenZeroClient.expect(try await raven.get(path), 404, RavenZeroClient.detail("Not Found"))
        }
    }

    @Test(arguments: ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
    func unknownPathIs404ForEveryMethod(method: String) async throws {
        try await RavenZeroClient.run { raven in
            RavenZeroClient.expect(
                try await raven.server.send(method, "/status/a/b"),
                404,
                RavenZeroClient.detail("Not Found")
            )
        }
    }

    @Test func queryStringsAreIgnored() async throws {
        try await RavenZeroClient.run { raven in
            let key = try await raven.drop()
            let expected = RavenZeroClient.status(key, "active", uses: 1, expires: "2024-12-10T16:00:00Z")
            for query in ["?", "?x", "?key=other&y=%zz", "?/status/other", "?a=1?b=2"] {
                RavenZeroClient.expect(try await raven.get("/status/\(key)\(query)"), 200, expected)
            }
        }
    }

    // MARK: Methods

    @Test(
        arguments: ["/status/x", "/preview/x", "/download/x", "/health/"],
        ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"]
    )
    func wrongMethodOnAReadingRouteIs405(path: String, method: String) async throws {
        try await RavenZeroClient.run { raven in
            let response = try await raven.server.send(method, path)
            RavenZeroClient.expect(response, 405, RavenZeroClient.detail("Method Not Allowed"))
            #expect(response.header("allow") == "GET")
        }
    }

    @Test(arguments: ["GET", "PUT", "PATCH", "DELETE", "OPTIONS", "PROPFIND"])
    func wrongMethodOnTheUploadRouteIs405(method: String) async throws {
        try await RavenZeroClient.run { raven in
            let response = try await raven.server.send(method, "/upload/")
            RavenZeroClient.expect(response, 405, RavenZeroClient.detail("Method Not Allowed"))
            #expect(response.header("allow") == "POST")
        }
    }

    @Test(
        arguments: [
            ("/upload/", "POST"), ("/status/x", "GET"), ("/preview/x", "GET"), ("/download/x", "GET"),
            ("/health/", "GET"),
        ]
    )
    func headOnAnAPIRouteIs405WithoutBody(path: String, allowed: String) async throws {
        try await RavenZeroClient.run { raven in
            try await TestConnection.open(port: raven.server.port) { connection in
                let headers = [("Connection", "close")]
                try await connection.write(raven.server.head("HEAD", path, headers: headers))
                let response = try await connection.readHead()
                #expect(response.status == 405)
                #expect(response.header("allow") == allowed)
                #expect(response.header("content-type") == "application/json")
                RavenZeroClient.expectSecurityHeaders(response)
                #expect(try await connection.readToEnd().isEmpty)
            }
        }
    }

    @Test func headDoesNotSpendAUse() async throws {
        try await RavenZeroClient.run { raven in
            let key = try await raven.drop()
            #expect(try await raven.server.send("HEAD", "/download/\(key)").status == 405)
            #expect(try await raven.download(key).status == 200)
        }
    }

    @Test(arguments: ["/docs", "/redoc", "/openapi.json"])
    func headWorksOnTheDocumentation(path: String) async throws {
        try await RavenZeroClient.run { raven in
            let get = try await raven.get(path)
            let head = try await raven.server.send("HEAD", path)
            #expect(get.status == 200)
            #expect(head.status == 200)
            #expect(head.header("content-type") == get.header("content-type"))
            #expect(head.header("content-length") == String(get.body.count))
            RavenZeroClient.expectSecurityHeaders(head)
        }
    }
}
