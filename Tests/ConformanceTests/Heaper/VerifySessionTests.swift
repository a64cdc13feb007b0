import CofferCore
import CofferHTTP
import CofferTesting
import Crypto
import Testing

@Suite("Heaper: POST /api/auth/verify_session", .serialized, .timeLimit(.minutes(20)))
struct HeaperVerifySessionTests {
    private static let path = "/api/auth/verify_session"

    private static func proof(_ key: HeaperClient.Key, _ challenge: String, _ signature: String) -> JSONValue {
        [
            "public_key": .string(key.publicKey), "message": .string(challenge), "signature": .string(signature),
        ]
    }

    @Test func firstKeyIsTheAdministrators() async throws {
        try await HeaperClient.run { client async throws in
            let first = try await client.verify(HeaperClient.Key())
            let second = try await client.verify(HeaperClient.Key())
            #expect(first.status == 200)
            #expect(first.json?["user"]?["is_admin"] == true)
            #expect(second.json?["user"]?["is_admin"] == false)
        }
    }

    @Test func oneOfManyFirstKeysIsTheAdministrators() async throws {
        try await HeaperClient.run { client async throws in
            let admins = try await withThrowingTaskGroup(of: Bool.self) { tasks in
                for _ in 0..<8 {
                    tasks.addTask {
                        try await client.verify(HeaperClient.Key()).json?["user"]?["is_admin"] == true
                    }
                }
                return try await tasks.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(admins == 1)
        }
    }

    @Test func answerHasTokensServerAndUser() async throws {
        try await HeaperClient.run(["NAME": "home"]) { client async throws in
            let key = HeaperClient.Key()
            let answer = try await client.verify(key, more: [.init("email", "ada@example.org")])
            #expect(answer.status == 200)
            guard case .object(let members)? = answer.json else { return }
            #expect(
                members.map(\.name) == [
                    "success", "accessToken", "refreshToken", "server_public_key", "version", "name", "public_url",
                    "selfhosted", "user",
                ]
            )
            #expect(answer.json?["success"] == true)
            #expect(answer.json?["name"] == "home")
            #expect(answer.json?["server_public_key"] == (try await client.get("/api/").json?["public_key"]))
            #expect(answer.json?["user"]?["public_key"] == .string(key.publicKey))
            #expect(answer.json?["user"]?["email"] == "ada@example.org")
        }
    }

    @Test(arguments: ["base64", "base64 without padding", "base64url", "base58", "hex", "HEX"])
    func signatureMayBeWrittenAs(form: String) async throws {
        try await HeaperClient.run { client async throws in
            let key = HeaperClient.Key()
            let challenge = try await client.challenge(key)
            let bytes = try key.signature(of: challenge)
            let text =
                switch form {
                case "base64": Base64.encode(bytes)
                case "base64 without padding": Base64.encode(bytes).filter { $0 != "=" }
                case "base64url": Base64.encodeURL(bytes)
                case "base58": Base58.encode(bytes)
                case "hex": Hex.encode(bytes)
                default: Hex.encode(bytes).uppercased()
                }
            #expect(try await client.post(Self.path, Self.proof(key, challenge, text)).status == 200)
        }
    }

    @Test func serverSignsWhatTheClientChose() async throws {
        try await HeaperClient.run { client async throws in
            let chosen = "prove it – \u{1F511}"
            let answer = try await client.verify(HeaperClient.Key(), more: [.init("server_challenge", .string(chosen))])
            #expect(answer.json?["server_challenge"] == .string(chosen))
            let key = try #require(Base58.decode(try answer.heaperText("server_public_key")))
            let signature = try #require(Base58.decode(try answer.heaperText("server_signature")))
            let server = try Curve25519.Signing.PublicKey(rawRepresentation: key)
            #expect(server.isValidSignature(signature, for: Array(chosen.utf8)))
        }
    }

    /// Otherwise a caller could have the head and claims of a token signed as a challenge.
    @Test func tokenThatTheServerSignedAsAChallengeIsWorthless() async throws {
        try await HeaperClient.run { client async throws in
            let session = try await client.login()
            let input = session.accessToken.split(separator: ".").dropLast().joined(separator: ".")
            try #require(input.utf8.count <= 512)
            let answer = try await client.verify(session.key, more: [.init("server_challenge", .string(input))])
            let signature = try #require(Base58.decode(try answer.heaperText("server_signature")))
            let forged = "\(input).\(Base64.encodeURL(signature))"
            let me = try await client.get("/api/me", headers: [("Authorization", "Bearer \(forged)")])
            #expect(me.status == 401)
        }
    }

    @Test(arguments: [(0, 400), (1, 200), (512, 200), (513, 400)])
    func serverChallengeHasOneToFiveHundredTwelveCharacters(count: Int, status: Int) async throws {
        try await HeaperClient.run { client async throws in
            let text = String(repeating: "é", count: count)
            let answer = try await client.verify(HeaperClient.Key(), more: [.init("server_challenge", .string(text))])
            #expect(answer.status == status, "\(answer.text)")
        }
    }

    @Test func challengeIsGoodOnce() async throws {
        try await HeaperClient.run { client async throws in
            let key = HeaperClient.Key()
            let challenge = try await client.challenge(key)
            let proof = Self.proof(key, challenge, Base64.encode(try key.signature(of: challenge)))
            #expect(try await client.post(Self.path, proof).status == 200)
            let again = try await client.post(Self.path, proof)
            #expect(again.status == 401)
            #expect(again.heaperCode == "challenge_invalid")
        }
    }

    @Test func wrongSignatureUsesTheChallengeUp() async throws {
        try await HeaperClient.run { client async throws in
            let key = HeaperClient.Key()
            let challenge = try await client.challenge(key)
            let wrong = Base64.encode(try HeaperClient.Key().signature(of: challenge))
            let refused = try await client.post(Self.path, Self.proof(key, challenge, wrong))
            #expect(refused.status == 401)
            #expect(refused.heaperCode == "signature_invalid")
            let right = Base64.encode(try key.signature(of: challenge))
            let late = try await client.post(Self.path, Self.proof(key, challenge, right))
            #expect(late.heaperCode == "challenge_invalid")
        }
    }

    @Test func challengeIsBoundToItsKey() async throws {
        try await HeaperClient.run { client async throws in
            let (key, thief) = (HeaperClient.Key(), HeaperClient.Key())
            let challenge = try await client.challenge(key)
            let stolen = Self.proof(thief, challenge, Base64.encode(try thief.signature(of: challenge)))
            #expect(try await client.post(Self.path, stolen).heaperCode == "challenge_invalid")
            let own = Self.proof(key, challenge, Base64.encode(try key.signature(of: challenge)))
            #expect(try await client.post(Self.path, own).status == 200)
        }
    }

    @Test func challengeIsOverAfterFiveMinutes() async throws {
        try await HeaperClient.run { client async throws in
            let key = HeaperClient.Key()
            let challenge = try await client.challenge(key)
            client.clock.advance(by: .seconds(300))
            let proof = Self.proof(key, challenge, Base64.encode(try key.signature(of: challenge)))
            #expect(try await client.post(Self.path, proof).heaperCode == "challenge_invalid")
        }
    }

    @Test func sixthChallengeVoidsTheFirst() async throws {
        try await HeaperClient.run { client async throws in
            let key = HeaperClient.Key()
            var challenges: [String] = []
            for _ in 0..<6 { challenges.append(try await client.challenge(key)) }
            var statuses: [Int] = []
            for challenge in challenges {
                let proof = Self.proof(key, challenge, Base64.encode(try key.signature(of: challenge)))
                statuses.append(try await client.post(Self.path, proof).status)
            }
            #expect(statuses == [401, 200, 200, 200, 200, 200])
        }
    }

    @Test(arguments: ["public_key", "message", "signature"])
    func missingMemberIs400(name: String) async throws {
        try await HeaperClient.run { client async throws in
            let key = HeaperClient.Key()
            guard case .object(let members) = Self.proof(key, "a", "b") else { return }
            let answer = try await client.post(Self.path, .object(members.filter { $0.name != name }))
            #expect(answer.status == 400)
            #expect(answer.heaperCode == "malformed")
        }
    }

    @Test func messageOfTheClientsMakingIsNone() async throws {
        try await HeaperClient.run { client async throws in
            let key = HeaperClient.Key()
            let proof = Self.proof(key, "hello", Base64.encode(try key.signature(of: "hello")))
            #expect(try await client.post(Self.path, proof).heaperCode == "challenge_invalid")
        }
    }

    @Test(arguments: ["", "!", "AAAA", String(repeating: "A", count: 86), String(repeating: "1", count: 5000)])
    func signatureOfAnotherFormIsRefused(text: String) async throws {
        try await HeaperClient.run { client async throws in
            let key = HeaperClient.Key()
            let challenge = try await client.challenge(key)
            let answer = try await client.post(Self.path, Self.proof(key, challenge, text))
            #expect(answer.status == (text.isEmpty ? 400 : 401))
        }
    }
}
