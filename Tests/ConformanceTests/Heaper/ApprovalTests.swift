import CofferHTTP
import CofferTesting
import Testing

@Suite("Heaper: approval of accounts", .serialized, .timeLimit(.minutes(20)))
struct HeaperApprovalTests {
    private func users(_ answer: TestResponse) -> [JSONValue] {
        guard case .array(let users)? = answer.json?["users"] else { return [] }
        return users
    }

    @Test func accountWaitsUntilItIsApproved() async throws {
        try await HeaperClient.run(["COFFER_HEAPER_REGISTRATION": ""]) { client async throws in
            let admin = try await client.login()
            let key = HeaperClient.Key()
            let waiting = try await client.verify(key, more: [.init("server_challenge", "x")])
            #expect(waiting.status == 200)
            #expect(waiting.json?["success"] == false)
            #expect(waiting.json?["approval_required"] == true)
            #expect(waiting.json?["accessToken"] == nil)
            #expect(waiting.json?["server_public_key"] != nil)
            #expect(waiting.json?["server_signature"] != nil)

            let pending = users(try await client.get("/api/admin/pending-users", as: admin))
            #expect(pending.map { $0["public_key"] } == [.string(key.publicKey)])
            let id = try #require(pending.first?["id"])
            let approved = try await client.post("/api/admin/approve_user", ["user_id": id], as: admin)
            #expect(approved.status == 200)
            #expect(approved.json?["success"] == true)
            #expect(approved.json?["user"]?["approved"] == true)
            #expect(users(try await client.get("/api/admin/pending-users", as: admin)).isEmpty)
            #expect(users(try await client.get("/api/admin/users", as: admin)).count == 2)
            _ = try await client.login(key)
        }
    }

    @Test func closedServerTakesOneKeyOnly() async throws {
        try await HeaperClient.run(["REGISTRATION": "closed"]) { client async throws in
            let admin = try await client.login()
            let answer = try await client.verify(HeaperClient.Key())
            #expect(answer.status == 403)
            #expect(answer.heaperCode == "registration_closed")
            _ = try await client.login(admin.key)
            #expect(users(try await client.get("/api/admin/users", as: admin)).count == 1)
        }
    }

    @Test func rejectionEndsLoginsAndApprovalRestores() async throws {
        try await HeaperClient.run { client async throws in
            let (admin, other) = (try await client.login(), try await client.login())
            let name: JSONValue = ["public_key": .string(other.key.publicKey)]
            #expect(try await client.post("/api/admin/reject_user", name, as: admin).status == 200)
            #expect(try await client.post("/api/me", as: other).status == 401)
            let refused = try await client.verify(other.key)
            #expect(refused.status == 403)
            #expect(refused.heaperCode == "account_rejected")
            #expect(try await client.post("/api/admin/approve_user", name, as: admin).status == 200)
            _ = try await client.login(other.key)
        }
    }

    @Test func administratorIsNeverRejected() async throws {
        try await HeaperClient.run { client async throws in
            let admin = try await client.login()
            let answer = try await client.post("/api/admin/reject_user", ["user_id": .string(admin.user)], as: admin)
            #expect(answer.status == 409)
            #expect(answer.heaperCode == "user_is_admin")
        }
    }

    @Test(arguments: ["approve_user", "reject_user"])
    func unknownAccountIs404AndNoneIs400(route: String) async throws {
        try await HeaperClient.run { client async throws in
            let admin = try await client.login()
            let path = "/api/admin/\(route)"
            let unknown = try await client.post(path, ["user_id": "01ARZ3NDEKTSV4RRFFQ69G5FAV"], as: admin)
            #expect(unknown.status == 404)
            #expect(unknown.heaperCode == "user_not_found")
            #expect(try await client.post(path, [:], as: admin).status == 400)
            #expect(try await client.post(path, ["user_id": "a b"], as: admin).status == 400)
            #expect(try await client.post(path, ["public_key": "abc"], as: admin).status == 400)
        }
    }

    @Test(arguments: ["GET users", "GET pending-users", "POST approve_user", "POST reject_user"])
    func othersAreRefused(route: String) async throws {
        let parts = route.split(separator: " ").map(String.init)
        try await HeaperClient.run { client async throws in
            _ = try await client.login()
            let other = try await client.login()
            let answer = try await client.send(parts[0], "/api/admin/\(parts[1])", as: other)
            #expect(answer.status == 403)
            #expect(answer.heaperCode == "admin_required")
            #expect(try await client.send(parts[0], "/api/admin/\(parts[1])").status == 401)
        }
    }
}
