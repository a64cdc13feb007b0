import CofferHTTP
import CofferTesting
import Testing

@Suite("Hashdrop: health, version, and paths that are nobody's")
struct HashdropServerTests {
    @Test func healthIsOKWithoutANewline() async throws {
        try await HashdropClient.run { client async throws in
            let answer = try await client.server.get("/api/healthz")
            #expect(answer.status == 200)
            #expect(answer.text == "OK")
            #expect(answer.header("content-type") == "text/plain; charset=utf-8")
        }
    }

    @Test func versionIsTheOneOfTheReleasedClient() async throws {
        try await HashdropClient.run { client async throws in
            let answer = try await client.server.get("/api/cli/version")
            answer.expectJSON200(#"{"compatible_version":"1.1.0"}"#)
        }
    }

    @Test func versionCanBeSet() async throws {
        try await HashdropClient.run(["COMPATIBLE_CLI_VERSION": "2.0.0"]) { client async throws in
            let answer = try await client.server.get("/api/cli/version")
            answer.expectJSON200(#"{"compatible_version":"2.0.0"}"#)
        }
    }

    @Test(arguments: [
        "/", "/api", "/api/nope", "/api/healthz/", "/api/files/all/", "/files/download/x", "/API/healthz",
    ])
    func unknownPathIs404(path: String) async throws {
        try await HashdropClient.run { client async throws in
            try await client.server.get(path).expectRefusal(404, "404 page not found")
        }
    }

    @Test(
        arguments: [
            ("POST", "/api/healthz", "GET, HEAD"),
            ("PATCH", "/api/files", "DELETE, GET, HEAD"),
            ("GET", "/api/files/presign", "POST"),
            ("PUT", "/api/files/complete", "POST"),
            ("DELETE", "/api/files/all", "GET, HEAD"),
            ("POST", "/files/download/usrh-0/0", "GET, HEAD"),
            ("OPTIONS", "/api/cli/version", "GET, HEAD"),
            ("GET", "/api/user", "DELETE"),
            ("GET", "/api/user/verify", "PATCH"),
            ("POST", "/hashdrop-files/usrh-0/0", "GET, HEAD, PUT"),
        ]
    )
    func otherMethodIs405WithAllow(method: String, path: String, allow: String) async throws {
        try await HashdropClient.run { client async throws in
            let answer = try await client.server.send(method, path, body: method == "GET" ? nil : [])
            answer.expectRefusal(405, "Method Not Allowed")
            #expect(answer.header("allow") == allow)
        }
    }

    @Test(arguments: ["/api/healthz", "/api/cli/version", "/api/files/all"])
    func headIsGetWithoutABody(path: String) async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            _ = try await client.begin(session)
            let get = try await client.get(path, session)
            let head = try await client.server.send("HEAD", path, headers: session.bearer)
            #expect(head.status == 200)
            #expect(head.header("content-length") == String(get.body.count))
            #expect(head.header("content-type") == get.header("content-type"))
        }
    }

    @Test(
        arguments: [
            ("POST", "/api/files/presign"), ("POST", "/api/files/complete"), ("GET", "/api/files/all"),
            ("GET", "/api/files/resolve?id=a"), ("GET", "/api/files?id=a"), ("GET", "/api/files/hash?id=a"),
            ("GET", "/api/files/salt?id=a"), ("DELETE", "/api/files?id=a"),
        ]
    )
    func filesWantATokenBeforeAnythingElse(method: String, target: String) async throws {
        try await HashdropClient.run { client async throws in
            let body: [UInt8]? = method == "POST" ? Array("no json".utf8) : nil
            func answer(_ field: String?) async throws -> TestResponse {
                let headers = field.map { [("Authorization", $0)] } ?? []
                return try await client.server.send(method, target, headers: headers, body: body)
            }
            for field in [nil, "", "Bearer", "Bearer ", "bearer x.y.z", "Token x", "BEARER x.y.z", "Basic YTpi"] {
                try await answer(field).expectRefusal(401, "missing or invalid access token")
            }
            for field in ["Bearer x", "Bearer x.y.z", "Bearer   e30.e30.e30"] {
                try await answer(field).expectRefusal(401, "invalid or expired access token")
            }
        }
    }

    @Test func blanksAroundATokenDoNotMatter() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let headers = [("Authorization", "Bearer    \(session.accessToken)  ")]
            let answer = try await client.server.get("/api/files/all", headers: headers)
            answer.expectRefusal(404, "no files found")
        }
    }
}
