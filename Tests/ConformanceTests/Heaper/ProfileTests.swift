import CofferHTTP
import CofferTesting
import Testing

@Suite("Heaper: POST /api/me", .serialized, .timeLimit(.minutes(20)))
struct HeaperProfileTests {
    @Test(arguments: ["POST", "GET"])
    func profileHasAllGroups(method: String) async throws {
        try await HeaperClient.run { client async throws in
            let key = HeaperClient.Key()
            let session = try await client.login(key)
            let answer = try await client.send(method, "/api/me", as: session)
            #expect(answer.status == 200)
            let none: JSONValue = []
            #expect(answer.json?["success"] == true)
            #expect(answer.json?["id"] == .string(session.user))
            #expect(answer.json?["public_key"] == .string(key.publicKey))
            #expect(answer.json?["email"] == "")
            #expect(answer.json?["name"] == "")
            #expect(answer.json?["is_admin"] == true)
            #expect(answer.json?["approved"] == true)
            #expect(answer.json?["created_at"] == "2023-11-14T22:13:20.000Z")
            #expect(answer.json?["subscriptions"] == none)
            #expect(answer.json?["entitlements"] == none)
            for name in ["storage_bytes", "file_count", "block_count", "heap_count", "thumbnail_bytes"] {
                #expect(answer.json?["usage"]?[name] == 0, "\(name)")
            }
            guard case .object(let limits)? = answer.json?["limits"] else {
                Issue.record("no limits: \(answer.text)")
                return
            }
            #expect(limits.map(\.name) == ["storage_bytes", "upload_bytes", "heaps"])
            #expect(limits.allSatisfy { $0.value == .null })
        }
    }

    @Test func limitsAndUsageAreThoseOfFiles() async throws {
        try await HeaperClient.run(["UPLOAD_BYTES": "100000", "STORAGE_BYTES": "150000"]) { client async throws in
            let place = try await client.makeFilePlace()
            for block in ["a", "b"] { _ = try await client.uploadFile([1, 2, 3], to: place.at(block)) }
            let answer = try await client.post("/api/me", as: place.session)
            let limits: JSONValue = ["storage_bytes": 150_000, "upload_bytes": 100_000, "heaps": nil]
            #expect(answer.json?["limits"] == limits)
            #expect(answer.json?["usage"]?["file_count"] == 2)
            #expect(answer.json?["usage"]?["storage_bytes"] == 3)
            // As for heaps, the index block is none of them.
            #expect(answer.json?["usage"]?["block_count"] == 2)
            #expect(answer.json?["usage"]?["heap_count"] == 1)
        }
    }

    @Test func emailIsThatOfTheFirstLoginThatNamedOne() async throws {
        try await HeaperClient.run { client async throws in
            let key = HeaperClient.Key()
            let session = try await client.login(key)
            for email in ["ada@example.org", "eve@example.org"] {
                _ = try await client.verify(key, more: [.init("email", .string(email))])
            }
            #expect(try await client.post("/api/me", as: session).json?["email"] == "ada@example.org")
        }
    }

    @Test func tokenIsNeeded() async throws {
        try await HeaperClient.run { client async throws in
            let answer = try await client.post("/api/me")
            #expect(answer.status == 401)
            #expect(answer.heaperCode == "token_missing")
        }
    }
}
