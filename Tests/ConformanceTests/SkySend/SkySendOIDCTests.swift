import CofferHTTP
import CofferTesting
import Testing

@Suite("SkySend: OIDC without a provider", .serialized, .timeLimit(.minutes(20)))
struct SkySendOIDCTests {
    static let settings = SkySendSessionToken.settings
    static let unreachable = "OIDC provider is currently unreachable - try again later"

    // MARK: Settings

    @Test(arguments: ["OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET"])
    func partOfTheVariablesStopsTheStart(_ name: String) async throws {
        var rest = Self.settings
        rest[name] = nil
        for settings in [rest, [name: Self.settings[name] ?? ""], rest.merging([name: ""]) { $1 }] {
            await #expect(throws: (any Error).self) { try await SkySendClient.run(settings) { _ in } }
        }
    }

    @Test
    func shortSecretStopsTheStart() async throws {
        let short = Self.settings.merging(["OIDC_SESSION_SECRET": String(repeating: "x", count: 31)]) { $1 }
        await #expect(throws: (any Error).self) { try await SkySendClient.run(short) { _ in } }
        var absent = Self.settings
        absent["OIDC_SESSION_SECRET"] = nil
        try await SkySendClient.run(absent) { client async throws in
            #expect(try await client.server.get("/auth/session").status == 401)
        }
    }

    @Test(arguments: [("OIDC_PROVIDER", "mine"), ("OIDC_SESSION_DURATION", "soon"), ("OIDC_PROTECT_FILES", "often")])
    func malformedSettingStopsTheStart(_ name: String, _ value: String) async throws {
        let settings = Self.settings.merging([name: value]) { $1 }
        await #expect(throws: (any Error).self) { try await SkySendClient.run(settings) { _ in } }
    }

    @Test(arguments: [(nil, nil), ("false", nil), (nil, "false"), ("false", "false")] as [(String?, String?)])
    func configTellsWhatIsProtected(_ files: String?, _ notes: String?) async throws {
        var settings = Self.settings
        settings["OIDC_PROTECT_FILES"] = files
        settings["OIDC_PROTECT_NOTES"] = notes
        try await SkySendClient.run(settings) { client in
            let config = try await client.server.get("/api/config").json
            #expect(config?["oidcEnabled"] == true)
            #expect(config?["oidcProtectFiles"] == .bool(files == nil))
            #expect(config?["oidcProtectNotes"] == .bool(notes == nil))
        }
    }

    @Test
    func formsMayGoToTheIssuer() async throws {
        try await SkySendClient.run(Self.settings) { client in
            let policy = try await client.server.get("/api/config").header("content-security-policy")
            #expect(policy?.contains("form-action 'self' http://127.0.0.1:9;") == true, "\(policy ?? "")")
        }
    }

    // MARK: GET /auth/login

    @Test(arguments: ["", "?cli_callback=http%3A%2F%2F127.0.0.1%3A4711%2Fdone"])
    func loginWithoutAProviderIs503(_ query: String) async throws {
        try await SkySendClient.run(Self.settings) { client in
            let response = try await client.server.get("/auth/login\(query)")
            response.expectFailure(503, Self.unreachable)
            #expect(response.header("set-cookie") == nil)
            #expect(response.header("x-ratelimit-limit") != nil)
        }
    }

    static let callbacks: [(String, String)] = [
        ("not a url", "Invalid cli_callback: not a valid URL"), ("/done", "Invalid cli_callback: not a valid URL"),
        ("localhost", "Invalid cli_callback: not a valid URL"), ("https://localhost:4711/done", notLocal),
        ("http://example.org:4711/done", notLocal), ("http://localhost/done", notLocal),
        ("http://localhost:80/done", notLocal), ("http://localhost:0/done", notLocal),
        ("http://127.0.0.2:4711/done", notLocal), ("http://localhost.example.org:4711/", notLocal),
        ("http://localhost@example.org:4711/", notLocal), ("ftp://localhost:4711/", notLocal),
    ]
    static let notLocal = "Invalid cli_callback: only http://localhost or http://127.0.0.1 is allowed"

    @Test(arguments: callbacks)
    func callbackElsewhereIsRefused(_ callback: String, _ error: String) async throws {
        try await SkySendClient.run(Self.settings) { client in
            let query = Self.percentEncoded(callback)
            try await client.server.get("/auth/login?cli_callback=\(query)").expectFailure(400, error)
        }
    }

    @Test(arguments: [
        "http://localhost:1/", "http://localhost:65535/a?b=c", "http://127.0.0.1:4711", "http://LOCALHOST:4711/x",
    ])
    func callbackOnThisMachineIsTaken(_ callback: String) async throws {
        try await SkySendClient.run(Self.settings) { client in
            let query = Self.percentEncoded(callback)
            try await client.server.get("/auth/login?cli_callback=\(query)").expectFailure(503, Self.unreachable)
        }
    }

    private static func percentEncoded(_ text: String) -> String {
        text.utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16, uppercase: true) }.joined()
    }

    // MARK: GET /auth/callback

    @Test
    func callbackNeedsTheCookieOfALogin() async throws {
        try await SkySendClient.run(Self.settings) { client in
            let target = "/auth/callback?code=x&state=y"
            try await client.server.get(target)
                .expectFailure(400, "Missing PKCE cookie - login session expired")
            let late = Self.pkce.with("exp", .integer(SkySendClient.startSeconds))
            let texts = [
                "x", "a.b.c", Self.pkce.key(String(repeating: "x", count: 32)).text,
                Self.pkce.header(["alg": "none"]).unsigned, late.text,
            ]
            for text in texts {
                try await client.server.get(target, headers: [("Cookie", "skysend-pkce=\(text)")])
                    .expectFailure(400, "Invalid or expired PKCE cookie")
            }
            try await client.server.get(target, headers: [("Cookie", "a=b; skysend-pkce=\(Self.pkce.text); c=d")])
                .expectFailure(503, Self.unreachable)
        }
    }

    private static var pkce: TestToken {
        var token = SkySendSessionToken.token
        token.claims = [
            "state": .string(SkySendClient.token("state")), "nonce": .string(SkySendClient.token("nonce")),
            "codeVerifier": .string(SkySendClient.token("verifier")), "iat": .integer(SkySendClient.startSeconds),
            "exp": .integer(SkySendClient.startSeconds + 300),
        ]
        return token
    }

    // MARK: GET /auth/session

    @Test
    func sessionTellsTheUserByCookieAndByBearer() async throws {
        try await SkySendClient.run(Self.settings) { client in
            let token = SkySendSessionToken.token
            for text in [
                token.text, token.with("jti", "session-1").text, token.header(["alg": "HS256", "typ": "JWT"]).text,
            ] {
                for headers in [SkySendSessionToken.cookie(text), SkySendSessionToken.bearer(text)] {
                    let response = try await client.server.get("/auth/session", headers: headers)
                    response.expectMembers(200, SkySendSessionToken.user)
                }
            }
            let plain = token.with("email", "").text
            let response = try await client.server.get("/auth/session", headers: SkySendSessionToken.bearer(plain))
            response.expectMembers(200, SkySendSessionToken.user.merging(["email": ""]) { $1 })
        }
    }

    @Test
    func sessionWithoutATokenIs401() async throws {
        try await SkySendClient.run(Self.settings) { client in
            let none: [SkySendClient.Headers] = [
                [], [("Cookie", "other=x")], [("Authorization", "Basic YTpi")], SkySendSessionToken.cookie(""),
            ]
            for headers in none {
                try await client.server.get("/auth/session", headers: headers).expectFailure(401, "Not authenticated")
            }
        }
    }

    @Test
    func badTokenIs401() async throws {
        try await SkySendClient.run(Self.settings) { client in
            for text in Self.badTokens {
                for headers in [SkySendSessionToken.cookie(text), SkySendSessionToken.bearer(text)] {
                    try await client.server.get("/auth/session", headers: headers)
                        .expectFailure(401, "Session expired or invalid")
                }
            }
        }
    }

    static var badTokens: [String] {
        let token = SkySendSessionToken.token
        let valid = token.text
        let parts = valid.split(separator: ".").map(String.init)
        let other = token.with("sub", "u-2").text.split(separator: ".").map(String.init)
        return [
            "x", "a.b", "a.b.c", "..", valid + "x", String(valid.dropLast(3)), valid + ".x",
            "\(parts[0]).\(other[1]).\(parts[2])", token.unsigned, token.header(["alg": "none"]).unsigned,
            token.header(["alg": "none"]).text, token.header(["alg": "HS512"]).text,
            token.header(["alg": "RS256"]).text, token.header([:]).text,
            token.key("another secret of the server!!!").text,
            token.with("exp", .integer(SkySendClient.startSeconds)).text,
            token.with("exp", .integer(SkySendClient.startSeconds - 1)).text, token.with("exp", nil).text,
            token.with("sub", nil).text, token.with("sub", 5).text,
        ]
    }

    @Test
    func tokenEndsByTheServersClock() async throws {
        try await SkySendClient.run(Self.settings) { client in
            let headers = SkySendSessionToken.bearer(SkySendSessionToken.token.text)
            client.clock.advance(by: .seconds(3599))
            #expect(try await client.server.get("/auth/session", headers: headers).status == 200)
            client.clock.advance(by: .seconds(1))
            try await client.server.get("/auth/session", headers: headers)
                .expectFailure(401, "Session expired or invalid")
        }
    }

    // MARK: GET /auth/logout

    @Test
    func logoutClearsTheCookieAndEndsTheToken() async throws {
        try await SkySendClient.restart(Self.settings) { client in
            let token = SkySendSessionToken.token.with("jti", "session-1").text
            let other = SkySendSessionToken.token.with("jti", "session-2").text
            #expect(try await Self.session(token, client) == [200, 200])
            let response = try await client.server.get("/auth/logout", headers: SkySendSessionToken.cookie(token))
            Self.expectLoggedOut(response)
            #expect(try await Self.session(token, client) == [401, 401])
            #expect(try await Self.session(other, client) == [200, 200])
            let upload = try await client.upload([1], headers: SkySendSessionToken.bearer(token))
            upload.expectFailure(401, "Session expired or invalid")
            return token
        } after: { client, token async throws in
            #expect(try await Self.session(token, client) == [401, 401])
        }
    }

    @Test
    func logoutWorksWithoutASession() async throws {
        try await SkySendClient.run(Self.settings) { client in
            Self.expectLoggedOut(try await client.server.get("/auth/logout"))
            Self.expectLoggedOut(
                try await client.server.get("/auth/logout", headers: SkySendSessionToken.cookie("rubbish"))
            )
        }
    }

    /// The statuses that a token gets as a cookie and as a Bearer.
    private static func session(_ token: String, _ client: SkySendClient) async throws -> [Int] {
        [
            try await client.server.get("/auth/session", headers: SkySendSessionToken.cookie(token)).status,
            try await client.server.get("/auth/session", headers: SkySendSessionToken.bearer(token)).status,
        ]
    }

    private static func expectLoggedOut(_ response: TestResponse, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(response.status == 302, sourceLocation: sourceLocation)
        #expect(response.header("location") == "/", sourceLocation: sourceLocation)
        #expect(response.header("cache-control") == "no-store", sourceLocation: sourceLocation)
        let parts = (response.header("set-cookie") ?? "").split(separator: ";").map {
            $0.drop { $0 == " " }.lowercased()
        }
        #expect(parts.first == "skysend-auth=", sourceLocation: sourceLocation)
        for part in ["max-age=0", "path=/", "httponly", "samesite=lax"] {
            #expect(parts.contains(part), "\(part)", sourceLocation: sourceLocation)
        }
    }
}
