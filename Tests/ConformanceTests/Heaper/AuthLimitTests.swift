import CofferHTTP
import CofferTesting
import Testing

@Suite("Heaper: limits of /api/auth/", .serialized, .timeLimit(.minutes(20)))
struct HeaperAuthLimitTests {
    private static let limited = ["COFFER_HEAPER_RATE_LIMITS": ""]
    private static let routes = ["verify_key", "create_session", "verify_session", "refresh_token"]

    @Test func addressMayAskTenTimesAMinute() async throws {
        try await HeaperClient.run(Self.limited) { client async throws in
            for count in 0..<10 {
                let path = "/api/auth/\(Self.routes[count % 4])"
                #expect(try await client.post(path, headers: HeaperClient.from("192.0.2.1")).status != 429)
            }
            client.clock.advance(by: .seconds(20))
            for route in Self.routes {
                let refused = try await client.post("/api/auth/\(route)", headers: HeaperClient.from("192.0.2.1"))
                #expect(refused.status == 429)
                #expect(refused.heaperCode == "rate_limited")
                #expect(refused.header("retry-after") == "40")
            }
            #expect(
                try await client.post("/api/auth/verify_key", headers: HeaperClient.from("192.0.2.2")).status == 400
            )
            client.clock.advance(by: .seconds(40))
            #expect(
                try await client.post("/api/auth/verify_key", headers: HeaperClient.from("192.0.2.1")).status == 400
            )
        }
    }

    @Test func keyMayBeNamedThirtyTimesAMinute() async throws {
        try await HeaperClient.run(Self.limited) { client async throws in
            let body: JSONValue = ["public_key": .string(HeaperClient.Key().publicKey)]
            func ask(from host: Int) async throws -> TestResponse {
                let headers = HeaperClient.from("192.0.2.\(host)")
                return try await client.post("/api/auth/create_session", body, headers: headers)
            }
            for host in 1...30 { #expect(try await ask(from: host).status == 200) }
            let refused = try await ask(from: 31)
            #expect(refused.status == 429)
            #expect(refused.header("retry-after") == "60")
        }
    }

    @Test func otherRoutesHaveNoSuchLimit() async throws {
        try await HeaperClient.run(Self.limited) { client async throws in
            for _ in 0..<40 { #expect(try await client.get("/api/").status == 200) }
        }
    }
}
