import CofferHTTP
import CofferTesting
import Testing

@Suite("Hashdrop: rate limits of the account routes")
struct HashdropAccountLimitTests {
    private static let on = ["RATE_LIMITS": "on"]

    private func send(
        _ client: HashdropClient,
        _ method: String,
        _ path: String,
        from address: String
    ) async throws
        -> TestResponse
    {
        try await client.text(method, path, "{}", headers: HashdropClient.from(address))
    }

    private func expectLimited(_ answer: TestResponse, sourceLocation: SourceLocation = #_sourceLocation) {
        answer.expectRefusal(429, "internal server error", sourceLocation: sourceLocation)
        let seconds = answer.header("retry-after").flatMap { Int($0) }
        #expect((seconds ?? 0) > 0, sourceLocation: sourceLocation)
    }

    /// Requests that are wrong count, too: a limit is looked at before the body.
    @Test(arguments: [
        ("POST", "/api/user/register", 3, 3600), ("PATCH", "/api/user/verify", 5, 100),
        ("POST", "/api/user/login", 5, 100),
        ("POST", "/api/token/refresh", 5, 5), ("POST", "/api/token/revoke", 5, 5),
    ])
    func clientHasSoManyRequests(method: String, path: String, count: Int, seconds: Int) async throws {
        try await HashdropClient.run(Self.on) { client async throws in
            for _ in 0..<count {
                let answer = try await send(client, method, path, from: "203.0.113.1")
                #expect(answer.status != 429)
            }
            let refused = try await send(client, method, path, from: "203.0.113.1")
            expectLimited(refused)
            #expect(refused.header("retry-after") == String(seconds))
            let other = try await send(client, method, path, from: "203.0.113.2")
            #expect(other.status != 429)
            client.clock.advance(by: .seconds(seconds))
            let later = try await send(client, method, path, from: "203.0.113.1")
            #expect(later.status != 429)
        }
    }

    @Test func verifyAndLoginShareALimit() async throws {
        try await HashdropClient.run(Self.on) { client async throws in
            for _ in 0..<3 { _ = try await send(client, "PATCH", "/api/user/verify", from: "203.0.113.1") }
            for _ in 0..<2 { _ = try await send(client, "POST", "/api/user/login", from: "203.0.113.1") }
            expectLimited(try await send(client, "POST", "/api/user/login", from: "203.0.113.1"))
            let refresh = try await send(client, "POST", "/api/token/refresh", from: "203.0.113.1")
            #expect(refresh.status == 401)
        }
    }

    @Test func allClientsTogetherHaveALimit() async throws {
        let settings = Self.on.merging(["LIMIT_TOKENS_TOTAL": "4/minute"]) { $1 }
        try await HashdropClient.run(settings) { client async throws in
            for number in 0..<4 {
                let answer = try await send(client, "POST", "/api/token/refresh", from: "203.0.113.\(number)")
                #expect(answer.status == 401)
            }
            expectLimited(try await send(client, "POST", "/api/token/refresh", from: "203.0.113.9"))
        }
    }

    @Test func headerOfAStrangerDoesNotChooseTheClient() async throws {
        let settings = Self.on.merging(["COFFER_TRUSTED_PROXIES": ""]) { $1 }
        try await HashdropClient.run(settings) { client async throws in
            for number in 0..<5 { _ = try await send(client, "POST", "/api/user/login", from: "203.0.113.\(number)") }
            expectLimited(try await send(client, "POST", "/api/user/login", from: "203.0.113.9"))
        }
    }

    @Test func deletionIsLimitedForEachAccount() async throws {
        let settings = Self.on.merging(["LIMIT_CREDENTIALS": "4/minute"]) { $1 }
        try await HashdropClient.run(settings) { client async throws in
            let session = try await client.account()
            let wrong: JSONValue = ["email": .string(session.email), "password": "wrong password"]
            for _ in 0..<4 {
                let answer = try await client.json("DELETE", "/api/user", wrong, headers: session.bearer)
                #expect(answer.status == 401)
            }
            expectLimited(try await client.json("DELETE", "/api/user", wrong, headers: session.bearer))
            let noToken = try await client.json("DELETE", "/api/user", wrong)
            noToken.expectRefusal(401, "missing or invalid access token")
        }
    }

    @Test func resetIsLimitedWhereItWorks() async throws {
        try await HashdropClient.run(Self.on.merging(["PLATFORM": "dev"]) { $1 }) { client async throws in
            let first = try await client.server.send("DELETE", "/admin/reset")
            #expect(first.status == 204)
            expectLimited(try await client.server.send("DELETE", "/admin/reset"))
        }
    }

    @Test func limitsCanBeTurnedOff() async throws {
        try await HashdropClient.run { client async throws in
            for _ in 0..<12 {
                let answer = try await send(client, "POST", "/api/token/refresh", from: "203.0.113.1")
                #expect(answer.status == 401)
            }
        }
    }
}
