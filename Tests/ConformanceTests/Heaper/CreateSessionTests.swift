import CofferCore
import CofferHTTP
import CofferTesting
import Testing

@Suite("Heaper: POST /api/auth/create_session", .serialized, .timeLimit(.minutes(20)))
struct HeaperCreateSessionTests {
    private static let path = "/api/auth/create_session"

    @Test func challengeNamesServerAndExpiry() async throws {
        try await HeaperClient.run { client async throws in
            let key = HeaperClient.Key()
            let answer = try await client.post(Self.path, ["public_key": .string(key.publicKey), "email": "a@b.org"])
            #expect(answer.status == 200)
            #expect(answer.json?["success"] == true)
            let parts = try answer.heaperText("challenge").split(separator: ":").map(String.init)
            try #require(parts.count == 4)
            #expect(parts[0] == "heaper-auth")
            #expect(try await client.get("/api/").heaperText("public_key") == parts[1])
            #expect(parts[2].wholeMatch(of: /[A-Za-z0-9_-]{43}/) != nil)
            #expect(Int64(parts[3]) == HeaperClient.start.seconds + 300)
        }
    }

    @Test func knownKeysGetTheSameAnswer() async throws {
        try await HeaperClient.run { client async throws in
            let known = try await client.login().key
            let answers = [
                try await client.post(Self.path, ["public_key": .string(known.publicKey)]),
                try await client.post(Self.path, ["public_key": .string(HeaperClient.Key().publicKey)]),
            ]
            for answer in answers {
                guard case .object(let members)? = answer.json else { continue }
                #expect(members.map(\.name) == ["success", "challenge"])
            }
            #expect(Set(try answers.map { try $0.heaperText("challenge").utf8.count }).count == 1)
        }
    }

    @Test(arguments: [
        #"{}"#, #"{"public_key":null}"#, #"{"public_key":""}"#, #"{"public_key":7}"#, #"{"public_key":"0OIl"}"#,
        #"{"public_key":"11111111111111111111111111111111111111111111"}"#, #"{"public_key":"abc"}"#, #"[]"#, #"{"#,
        #""text""#,
    ])
    func badKeyIs400(body: String) async throws {
        try await HeaperClient.run { client async throws in
            let answer = try await client.server.send("POST", Self.path, body: Array(body.utf8))
            #expect(answer.status == 400)
            #expect(answer.heaperCode == "malformed", "\(answer.text)")
        }
    }

    @Test func emptyBodyIs400() async throws {
        try await HeaperClient.run { client async throws in
            #expect(try await client.post(Self.path).status == 400)
        }
    }

    @Test func longEmailIs400() async throws {
        try await HeaperClient.run { client async throws in
            let email = String(repeating: "a", count: 255)
            let key = HeaperClient.Key().publicKey
            let answer = try await client.post(Self.path, ["public_key": .string(key), "email": .string(email)])
            #expect(answer.status == 400)
        }
    }

    @Test func bodyOverOneMebibyteIs413() async throws {
        try await HeaperClient.run { client async throws in
            let answer = try await client.post(Self.path, ["x": .string(String(repeating: "a", count: 1_100_000))])
            #expect(answer.status == 413)
            #expect(answer.heaperCode == "too_large")
        }
    }
}
