import CofferCore
import CofferHTTP
import CofferTesting
import Crypto
import NIOCore
import Testing

@Suite("Heaper: access tokens", .serialized, .timeLimit(.minutes(20)))
struct HeaperAccessTokenTests {
    private func me(_ client: HeaperClient, _ token: String) async throws -> TestResponse {
        try await client.get("/api/me", headers: [("Authorization", "Bearer \(token)")])
    }

    private func part(_ token: String, _ index: Int) throws -> JSONValue {
        let parts = token.split(separator: ".")
        return try #require(JSONValue(parsing: ByteBuffer(bytes: Base64.decodeURL(parts[index]) ?? [])))
    }

    private func encoded(_ value: JSONValue) -> String {
        Base64.encodeURL(Array(value.encoded.readableBytesView))
    }

    @Test func tokenIsAnEdDSATokenWithItsClaims() async throws {
        try await HeaperClient.run { client async throws in
            let session = try await client.login()
            let header = try part(session.accessToken, 0)
            #expect(header["alg"] == "EdDSA")
            #expect(header["typ"] == "JWT")
            #expect(header["kid"] != nil)
            let claims = try part(session.accessToken, 1)
            let now = HeaperClient.start.seconds
            #expect(claims["sub"] == .string(session.user))
            #expect(claims["typ"] == "access")
            #expect(claims["iat"] == .integer(now))
            #expect(claims["exp"] == .integer(now + 3600))
            let refresh = try part(session.refreshToken, 1)
            #expect(refresh["typ"] == "refresh")
            #expect(refresh["sid"] == claims["sid"])
            #expect(refresh["exp"] == .integer(now + 30 * 86_400))
        }
    }

    @Test func missingTokenIs401() async throws {
        try await HeaperClient.run { client async throws in
            for headers in [[], [("Authorization", "Basic YTpi")], [("Authorization", "Bearer ")]] {
                let answer = try await client.get("/api/me", headers: headers)
                #expect(answer.status == 401)
                #expect(answer.heaperCode == "token_missing")
                #expect(answer.header("www-authenticate") == "Bearer")
            }
        }
    }

    @Test func tokenInTheQueryIsIgnored() async throws {
        try await HeaperClient.run { client async throws in
            let session = try await client.login()
            #expect(try await client.get("/api/me?token=\(session.accessToken)").heaperCode == "token_missing")
        }
    }

    @Test func refreshTokenIsNone() async throws {
        try await HeaperClient.run { client async throws in
            let session = try await client.login()
            #expect(try await me(client, session.refreshToken).heaperCode == "token_invalid")
        }
    }

    @Test func tokenIsOverAfterAnHour() async throws {
        try await HeaperClient.run { client async throws in
            let session = try await client.login()
            client.clock.advance(by: .seconds(3599))
            #expect(try await me(client, session.accessToken).status == 200)
            client.clock.advance(by: .seconds(1))
            #expect(try await me(client, session.accessToken).heaperCode == "token_invalid")
        }
    }

    /// The same claims under other headers, signed by whoever tries it.
    @Test(arguments: ["none", "None", "HS256", "ES256", "RS256", "eddsa", "Ed25519", "EdDSA", "other key"])
    func tokenThatWasSignedOtherwiseIsRefused(way: String) async throws {
        try await HeaperClient.run { client async throws in
            let session = try await client.login()
            let parts = session.accessToken.split(separator: ".").map(String.init)
            let name = try part(session.accessToken, 0)["kid"] ?? nil
            let algorithm = way == "other key" ? "EdDSA" : way
            let kid: JSONValue = way == "other key" ? "another" : name
            let input = "\(encoded(["alg": .string(algorithm), "typ": "JWT", "kid": kid])).\(parts[1])"
            let secret = SymmetricKey(data: Array(try await client.get("/api/").heaperText("public_key").utf8))
            let signatures = [
                "", parts[2], Base64.encodeURL(try HeaperClient.Key().signature(of: input)),
                Base64.encodeURL(Array(HMAC<SHA256>.authenticationCode(for: Array(input.utf8), using: secret))),
            ]
            for signature in signatures where "\(input).\(signature)" != session.accessToken {
                let answer = try await me(client, "\(input).\(signature)")
                #expect(answer.status == 401)
                #expect(answer.heaperCode == "token_invalid")
            }
        }
    }

    @Test func changedClaimsAreRefused() async throws {
        try await HeaperClient.run { client async throws in
            let (session, other) = (try await client.login(), try await client.login())
            let parts = session.accessToken.split(separator: ".").map(String.init)
            let foreign = other.accessToken.split(separator: ".").map(String.init)
            #expect(try await me(client, "\(parts[0]).\(foreign[1]).\(parts[2])").status == 401)
            #expect(try await me(client, "\(parts[0]).\(parts[1])").status == 401)
            #expect(try await me(client, "\(session.accessToken).").status == 401)
            #expect(try await me(client, "..").status == 401)
            #expect(try await me(client, String(repeating: "a", count: 5000)).status == 401)
            #expect(try await me(client, session.accessToken).status == 200)
        }
    }

    @Test func tokensOfAnotherServerAreRefused() async throws {
        let foreign = try await HeaperClient.run { try await $0.login() }
        try await HeaperClient.run { client async throws in
            _ = try await client.login(foreign.key)
            #expect(try await me(client, foreign.accessToken).status == 401)
        }
    }

    @Test func schemeMayBeWrittenInAnyCase() async throws {
        try await HeaperClient.run { client async throws in
            let session = try await client.login()
            for scheme in ["bearer", "BEARER", "Bearer "] {
                let headers = [("Authorization", "\(scheme) \(session.accessToken)")]
                #expect(try await client.get("/api/me", headers: headers).status == 200)
            }
        }
    }
}
