import CofferHTTP
import CofferTesting
import Testing

@Suite("Heaper: POST /api/auth/verify_session")
struct HeaperVerifySessionTests {
    @Test func firstKeyIsTheAdministrators() async throws {
        try await HeaperClient.run { client in
            let first = try await client.verify(HeaperClient.Key())
            let second = try await client.verify(HeaperClient.Key())
            #expect(first.status == 200)
            #expect(first.json?["user"]?["is_admin"] == true)
            #expect(second.json?["user"]?["is_admin"] == false)
        }
    }
}
