import CofferCore
import CofferHTTP
import CofferTesting
import NIOCore
import Testing

@Suite("Hashdrop: access tokens")
struct HashdropAccessTokenTests {
    private let refusal = "invalid or expired access token"

    @Test func tokenHasExactlyTheseParts() async throws {
        try await HashdropClient.run(HashdropAccessToken.settings) { client async throws in
            let session = try await client.account()
            let parts = session.accessToken.split(separator: ".").map(String.init)
            let texts = try parts.prefix(2).map { String(decoding: try #require(Base64.decodeURL($0)), as: UTF8.self) }
            #expect(texts.first == #"{"alg":"HS256","typ":"JWT"}"#)
            let claims = try #require(JSONValue(parsing: ByteBuffer(string: texts[1])))
            #expect(claims["iss"] == "hashdrop")
            #expect(claims["sub"] == .string(session.id))
            #expect(claims["iat"] == .integer(1_700_000_000))
            #expect(claims["exp"] == .integer(1_700_000_900))
            guard case .object(let members) = claims else { return }
            #expect(Set(members.map(\.name)) == ["iss", "sub", "exp", "iat"])
        }
    }

    @Test func keyIsTheBytesOfTheSetting() async throws {
        try await HashdropClient.run(HashdropAccessToken.settings) { client async throws in
            let session = try await client.account()
            let own = HashdropAccessToken.token(for: session.id)
            try await client.list(bearer: own.text).expectRefusal(404, "no files found")
        }
    }

    @Test func tokenEndsToTheSecond() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            client.clock.advance(by: .seconds(899))
            try await client.list(bearer: session.accessToken).expectRefusal(404, "no files found")
            client.clock.advance(by: .seconds(1))
            try await client.list(bearer: session.accessToken).expectRefusal(401, refusal)
        }
    }

    @Test func tokenThatIsNotWhollyRightIs401() async throws {
        try await HashdropClient.run(HashdropAccessToken.settings) { client async throws in
            let good = HashdropAccessToken.token(for: try await client.account().id)
            try await client.list(bearer: good.text).expectRefusal(404, "no files found")
            let none: JSONValue = ["alg": "none", "typ": "JWT"]
            let flipped = String(good.text.dropLast()) + (good.text.hasSuffix("A") ? "B" : "A")
            let bad: [String: String] = [
                "no algorithm": good.header(none).unsigned, "no algorithm, signed": good.header(none).text,
                "no algorithm in capitals": good.header(["alg": "None"]).unsigned, "no signature": good.unsigned,
                "another algorithm": good.header(["alg": "HS512", "typ": "JWT"]).text512,
                "an algorithm that it is not": good.header(["alg": "RS256", "typ": "JWT"]).text,
                "no algorithm named": good.header(["typ": "JWT"]).text,
                "header is no object": good.header("HS256").text,
                "another key": good.key("another secret").text, "no key": good.key("").text,
                "no iss": good.with("iss", nil).text, "another iss": good.with("iss", "heaper").text,
                "iss in capitals": good.with("iss", "Hashdrop").text,
                "iss is no text": good.with("iss", ["hashdrop"]).text,
                "no sub": good.with("sub", nil).text, "sub is no id": good.with("sub", "ada@example.org").text,
                "sub of nobody": good.with("sub", .string(HashdropClient.unknownID)).text,
                "sub is no text": good.with("sub", 1).text, "no exp": good.with("exp", nil).text,
                "exp is over": good.with("exp", .integer(1_700_000_000)).text,
                "exp is a text": good.with("exp", "1700000900").text, "exp is null": good.with("exp", .null).text,
                "no iat": good.with("iat", nil).text, "signature changed": flipped,
                "one part more": good.text + ".x", "two parts": String(good.text.prefix { $0 != "." }) + ".x",
                "large": String(repeating: "a", count: 20_000),
            ]
            for (name, token) in bad {
                let answer = try await client.list(bearer: token)
                #expect(answer.status == 401, "\(name)")
                answer.expectRefusal(401, refusal)
            }
        }
    }

    @Test func tokenOfAnotherServerIs401() async throws {
        let foreign = try await HashdropClient.run { client async throws in try await client.account() }
        try await HashdropClient.run { client async throws in
            _ = try await client.account()
            try await client.list(bearer: foreign.accessToken).expectRefusal(401, refusal)
        }
    }
}

@Suite("Hashdrop: POST /api/token/refresh, POST /api/token/revoke")
struct HashdropRefreshTokenTests {
    private let refusal = "invalid or expired refresh token"

    @Test func refreshHandsOutAnAccessTokenOnly() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            client.clock.advance(by: .seconds(3600))
            let answer = try await client.refresh(session.refreshToken)
            #expect(answer.status == 200)
            #expect(answer.header("content-type") == "application/json")
            #expect(answer.hashdropNames == ["access_token"])
            let token = try answer.hashdropText("access_token")
            try await client.list(bearer: token).expectRefusal(404, "no files found")
            // It stays what it is.
            let again = try await client.refresh(session.refreshToken)
            #expect(again.status == 200)
        }
    }

    @Test func refreshTokenLives720Hours() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            client.clock.advance(by: .seconds(720 * 3600 - 1))
            let inTime = try await client.refresh(session.refreshToken)
            #expect(inTime.status == 200)
            client.clock.advance(by: .seconds(1))
            try await client.refresh(session.refreshToken).expectRefusal(401, refusal)
        }
    }

    @Test func tokenThatNobodyHasIs401() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let unknown = [
                "", "x", String(repeating: "0", count: 64), session.refreshToken.uppercased(), session.accessToken,
                session.refreshToken + " ", String(session.refreshToken.dropLast()), "%", "' OR 1=1 --",
            ]
            for token in unknown where token != session.refreshToken {
                try await client.refresh(token).expectRefusal(401, refusal)
            }
        }
    }

    @Test func revokedTokenIs401AndTheOthersLive() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            let other = try await client.login(session.email).hashdropText("refresh_token")
            let revoked = try await client.revoke(session.refreshToken)
            #expect(revoked.status == 204)
            #expect(revoked.body.isEmpty)
            try await client.refresh(session.refreshToken).expectRefusal(401, refusal)
            let lives = try await client.refresh(other)
            #expect(lives.status == 200)
            // The access token is not touched.
            try await client.list(bearer: session.accessToken).expectRefusal(404, "no files found")
        }
    }

    @Test(arguments: ["", "x", String(repeating: "0", count: 64)])
    func revokingWhatNobodyHasIs204(_ token: String) async throws {
        try await HashdropClient.run { client async throws in
            let answer = try await client.revoke(token)
            #expect(answer.status == 204)
        }
    }

    @Test func revokingTwiceIs204() async throws {
        try await HashdropClient.run { client async throws in
            let session = try await client.account()
            for _ in 0..<2 {
                let answer = try await client.revoke(session.refreshToken)
                #expect(answer.status == 204)
            }
        }
    }
}
