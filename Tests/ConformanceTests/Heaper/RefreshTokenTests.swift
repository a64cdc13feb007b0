import CofferHTTP
import CofferTesting
import Testing

@Suite("Heaper: POST /api/auth/refresh_token", .serialized, .timeLimit(.minutes(20)))
struct HeaperRefreshTokenTests {
    private static let path = "/api/auth/refresh_token"

    private func refresh(_ client: HeaperClient, _ token: String) async throws -> TestResponse {
        try await client.post(Self.path, headers: [("Authorization", "Bearer \(token)")])
    }

    private func status(_ client: HeaperClient, _ token: String) async throws -> Int {
        try await client.get("/api/me", headers: [("Authorization", "Bearer \(token)")]).status
    }

    @Test func givesBothTokensAnew() async throws {
        try await HeaperClient.run { client async throws in
            let session = try await client.login()
            client.clock.advance(by: .seconds(10))
            let answer = try await refresh(client, session.refreshToken)
            #expect(answer.status == 200)
            guard case .object(let members)? = answer.json else { return }
            #expect(members.map(\.name) == ["success", "accessToken", "refreshToken"])
            #expect(try answer.heaperText("refreshToken") != session.refreshToken)
            #expect(try await status(client, try answer.heaperText("accessToken")) == 200)
            #expect(try await status(client, session.accessToken) == 200)
        }
    }

    @Test func takesTheTokenFromTheBody() async throws {
        try await HeaperClient.run { client async throws in
            let session = try await client.login()
            let answer = try await client.post(Self.path, ["refreshToken": .string(session.refreshToken)])
            #expect(answer.status == 200)
        }
    }

    @Test func lostAnswerMayBeFetchedAgain() async throws {
        try await HeaperClient.run { client async throws in
            let session = try await client.login()
            let first = try await refresh(client, session.refreshToken)
            client.clock.advance(by: .seconds(30))
            let again = try await refresh(client, session.refreshToken)
            #expect(again.status == 200)
            #expect(try again.heaperText("refreshToken") == first.heaperText("refreshToken"))
        }
    }

    @Test func parallelRefreshesGetOneSuccessor() async throws {
        try await HeaperClient.run { client async throws in
            let session = try await client.login()
            let successors = try await withThrowingTaskGroup(of: String.self) { tasks in
                for _ in 0..<8 {
                    tasks.addTask { try await refresh(client, session.refreshToken).heaperText("refreshToken") }
                }
                return try await tasks.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(successors.count == 1)
        }
    }

    @Test func lateReuseEndsTheLogin() async throws {
        try await HeaperClient.run { client async throws in
            let session = try await client.login()
            let other = try await client.login(session.key)
            let next = try await refresh(client, session.refreshToken)
            client.clock.advance(by: .milliseconds(30_001))
            let reused = try await refresh(client, session.refreshToken)
            #expect(reused.status == 401)
            #expect(reused.heaperCode == "token_invalid")
            #expect(try await refresh(client, try next.heaperText("refreshToken")).status == 401)
            #expect(try await status(client, try next.heaperText("accessToken")) == 401)
            #expect(try await status(client, session.accessToken) == 401)
            // Another login of the same account is not touched.
            #expect(try await status(client, other.accessToken) == 200)
        }
    }

    @Test func reuseAfterTheSuccessorWasUsedEndsTheLogin() async throws {
        try await HeaperClient.run { client async throws in
            let session = try await client.login()
            let second = try await refresh(client, session.refreshToken)
            let third = try await refresh(client, try second.heaperText("refreshToken"))
            #expect(third.status == 200)
            #expect(try await refresh(client, session.refreshToken).status == 401)
            #expect(try await refresh(client, try third.heaperText("refreshToken")).status == 401)
        }
    }

    @Test func accessTokenIsNone() async throws {
        try await HeaperClient.run { client async throws in
            let session = try await client.login()
            let answer = try await refresh(client, session.accessToken)
            #expect(answer.status == 401)
            #expect(answer.heaperCode == "token_invalid")
            #expect(try await refresh(client, session.refreshToken).status == 200)
        }
    }

    @Test func missingTokenIs401() async throws {
        try await HeaperClient.run { client async throws in
            for body in [nil, ["refreshToken": ""], ["refreshToken": nil]] as [JSONValue?] {
                let answer = try await client.post(Self.path, body)
                #expect(answer.status == 401)
                #expect(answer.heaperCode == "token_missing")
            }
        }
    }

    @Test func loginOutlivesARestart() async throws {
        try await HeaperClient.restart(away: .seconds(29 * 86_400)) { client async throws in
            try await client.login()
        } after: { client, session async throws in
            #expect(try await status(client, session.accessToken) == 401)
            let answer = try await refresh(client, session.refreshToken)
            #expect(answer.status == 200)
            #expect(try await status(client, try answer.heaperText("accessToken")) == 200)
        }
    }

    @Test func refreshTokenIsOverAfterThirtyDays() async throws {
        try await HeaperClient.run { client async throws in
            let session = try await client.login()
            client.clock.advance(by: .seconds(30 * 86_400))
            #expect(try await refresh(client, session.refreshToken).status == 401)
        }
    }
}
