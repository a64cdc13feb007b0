import CofferHTTP
import CofferTesting
import Testing

@Suite("Heaper: GET /api/", .serialized, .timeLimit(.minutes(20)))
struct HeaperInstanceTests {
    private func names(_ answer: TestResponse) -> [String] {
        guard case .object(let members)? = answer.json else { return [] }
        return members.map(\.name)
    }

    @Test(arguments: ["/api/", "/api"])
    func anybodySeesWhoTheServerIs(path: String) async throws {
        try await HeaperClient.run(["NAME": "Ada’s heap"]) { client async throws in
            _ = try await client.login()
            let answer = try await client.get(path)
            #expect(answer.status == 200)
            #expect(answer.header("content-type") == "application/json")
            #expect(names(answer) == ["status", "version", "name", "public_url", "public_key", "selfhosted"])
            #expect(answer.json?["status"] == "ok")
            #expect(answer.json?["name"] == "Ada’s heap")
            #expect(answer.json?["selfhosted"] == true)
            #expect(answer.json?["public_url"] == .string("http://127.0.0.1:\(client.server.port)"))
        }
    }

    @Test func setupIsRequiredUntilThereIsAnAccount() async throws {
        try await HeaperClient.run { client async throws in
            #expect(try await client.get("/api/").json?["setup_required"] == true)
            _ = try await client.login()
            #expect(try await client.get("/api/").json?["setup_required"] == nil)
        }
    }

    @Test func tokenAddsLicenseAndRole() async throws {
        try await HeaperClient.run { client async throws in
            let (admin, other) = (try await client.login(), try await client.login())
            let license: JSONValue = ["status": "active", "plan": "self-hosted", "storage_limit": nil]
            for (session, isAdmin) in [(admin, true), (other, false)] {
                let answer = try await client.get("/api/", as: session)
                #expect(answer.status == 200)
                #expect(answer.json?["is_admin"] == .bool(isAdmin))
                #expect(answer.json?["license"] == license)
            }
        }
    }

    @Test(arguments: ["Bearer nonsense", "Bearer ", "Basic YTpi", "a.b.c"])
    func badTokenCountsAsNone(field: String) async throws {
        try await HeaperClient.run { client async throws in
            _ = try await client.login()
            let answer = try await client.get("/api/", headers: [("Authorization", field)])
            #expect(answer.status == 200)
            #expect(answer.json?["is_admin"] == nil)
            #expect(answer.json?["license"] == nil)
        }
    }

    @Test func publicKeyStaysTheSame() async throws {
        try await HeaperClient.restart { client async throws in
            try await client.get("/api/").heaperText("public_key")
        } after: { client, key async throws in
            #expect(try await client.get("/api/").heaperText("public_key") == key)
        }
    }
}
