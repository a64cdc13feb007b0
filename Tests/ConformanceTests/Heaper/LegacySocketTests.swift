import CofferCore
import CofferHTTP
import CofferTesting
import Testing

@Suite("Heaper: GET /api/ws", .serialized, .timeLimit(.minutes(20)))
struct LegacySocketTests {
    @Test func itNeedsALogin() async throws {
        try await HeaperClient.run { client in
            let upgrade = TestSocket.upgradeHeaders()
            for target in ["/api/ws", "/api/ws?token=nonsense"] {
                let answer = try await client.get(target, headers: upgrade)
                #expect(answer.status == 401)
                #expect(answer.heaperCode == (target == "/api/ws" ? "token_missing" : "token_invalid"))
            }
            let session = try await client.login()
            let answer = try await client.get("/api/ws", as: session)
            #expect(answer.status == 426)
            #expect(answer.heaperCode == "upgrade_required")
        }
    }

    @Test func whatClientsSayIsIgnored() async throws {
        try await HeaperClient.run { client in
            let session = try await client.login()
            try await HeaperSocket.open(client, "/api/ws", headers: session.bearer) { socket in
                try await socket.send("hello")
                try await socket.send([1, 2, 3])
                try await socket.expectAlive()
            }
            try await HeaperSocket.open(client, "/api/ws?token=\(session.accessToken)") { try await $0.expectAlive() }
            try await client.awaitRealtime("connections", 0)
        }
    }

    @Test func itEndsWithTheToken() async throws {
        try await HeaperClient.run { client in
            let session = try await client.login()
            try await HeaperSocket.open(client, "/api/ws", headers: session.bearer) { socket in
                try await client.withTimePassing(.seconds(60)) { try await socket.expectClose(4401, "Unauthorized") }
                #expect(client.clock.now >= HeaperClient.start.advanced(by: .seconds(3600)))
            }
        }
    }
}
