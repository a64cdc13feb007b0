import CofferCore
import CofferHTTP
import CofferTesting
import Testing

@Suite("Heaper: POST /api/auth/verify_key", .serialized, .timeLimit(.minutes(20)))
struct HeaperVerifyKeyTests {
    private func verify(
        _ client: HeaperClient,
        _ key: HeaperClient.Key,
        signer: HeaperClient.Key? = nil,
        serverChallenge: String? = nil
    ) async throws -> TestResponse {
        let challenge = try await client.challenge(key)
        var members: [JSONValue.Member] = [
            .init("public_key", .string(key.publicKey)), .init("message", .string(challenge)),
            .init("signed_message", .string(Base64.encode(try (signer ?? key).signature(of: challenge)))),
        ]
        if let serverChallenge { members.append(.init("server_challenge", .string(serverChallenge))) }
        return try await client.post("/api/auth/verify_key", .object(members))
    }

    @Test func approvedAccountGetsTokens() async throws {
        try await HeaperClient.run { client async throws in
            let answer = try await verify(client, HeaperClient.Key(), serverChallenge: "x")
            #expect(answer.status == 200)
            #expect(answer.json?["success"] == true)
            #expect(answer.json?["verified"] == true)
            #expect(answer.json?["approval_required"] == nil)
            #expect(answer.json?["server_signature"] != nil)
            let token = try answer.heaperText("access_token")
            #expect(try await client.get("/api/me", headers: [("Authorization", "Bearer \(token)")]).status == 200)
            let refresh = try answer.heaperText("refresh_token")
            #expect(try await client.post("/api/auth/refresh_token", ["refreshToken": .string(refresh)]).status == 200)
        }
    }

    @Test func accountThatWaitsGetsNoTokens() async throws {
        try await HeaperClient.run(["REGISTRATION": "approval"]) { client async throws in
            _ = try await client.login()
            let answer = try await verify(client, HeaperClient.Key())
            #expect(answer.status == 200)
            #expect(answer.json?["success"] == true)
            #expect(answer.json?["verified"] == true)
            #expect(answer.json?["approval_required"] == true)
            #expect(answer.json?["access_token"] == nil)
            #expect(answer.json?["refresh_token"] == nil)
        }
    }

    @Test func wrongSignatureIsNotVerified() async throws {
        try await HeaperClient.run { client async throws in
            let answer = try await verify(client, HeaperClient.Key(), signer: HeaperClient.Key())
            #expect(answer.status == 401)
            #expect(answer.heaperCode == "signature_invalid")
            #expect(answer.json?["verified"] == false)
        }
    }

    @Test func messageOfTheClientsMakingIsNotVerified() async throws {
        try await HeaperClient.run { client async throws in
            let key = HeaperClient.Key()
            let answer = try await client.post(
                "/api/auth/verify_key",
                [
                    "public_key": .string(key.publicKey), "message": "mine",
                    "signed_message": .string(Base64.encode(try key.signature(of: "mine"))),
                ]
            )
            #expect(answer.status == 401)
            #expect(answer.heaperCode == "challenge_invalid")
            #expect(answer.json?["verified"] == false)
        }
    }

    @Test func signatureUnderTheOtherNameIs400() async throws {
        try await HeaperClient.run { client async throws in
            let key = HeaperClient.Key()
            let body: JSONValue = ["public_key": .string(key.publicKey), "message": "a", "signature": "b"]
            #expect(try await client.post("/api/auth/verify_key", body).status == 400)
        }
    }
}
