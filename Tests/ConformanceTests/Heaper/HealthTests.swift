import CofferHTTP
import CofferTesting
import Testing

@Suite("Heaper: GET /api/health and GET /sync/health", .serialized, .timeLimit(.minutes(20)))
struct HeaperHealthTests {
    private static let counters = [
        "connections", "documents", "subscriptions", "frames_in", "frames_out", "bytes_in", "bytes_out",
        "updates_applied", "updates_rejected", "auth_denied", "pending_stores", "uptime_ms",
    ]

    @Test func healthShowsServerDatabaseAndCounters() async throws {
        try await HeaperClient.run { client async throws in
            client.clock.advance(by: .milliseconds(1234))
            let answer = try await client.get("/api/health")
            let instance = try await client.get("/api/").json
            #expect(answer.status == 200)
            #expect(answer.json?["server"] == ["status": "ok"])
            #expect(answer.json?["database"] == ["status": "ok"])
            for name in ["version", "name", "public_url", "public_key"] {
                #expect(answer.json?[name] != nil && answer.json?[name] == instance?[name], "\(name)")
            }
            guard case .object(let realtime)? = answer.json?["diagnostics"]?["realtime"] else {
                Issue.record("no counters: \(answer.text)")
                return
            }
            #expect(realtime.map(\.name) == Self.counters)
            #expect(realtime.dropLast().allSatisfy { $0.value == 0 }, "\(answer.text)")
            #expect(realtime.last?.value == 1234)
        }
    }

    @Test func membersOfSkySendStandBeside() async throws {
        try await HeaperClient.run(["COFFER_DIALECTS": "skysend,heaper"]) { client async throws in
            let answer = try await client.get("/api/health")
            #expect(answer.status == 200)
            #expect(answer.json?["status"] == "ok")
            #expect(answer.json?["timestamp"] != nil)
            #expect(answer.json?["database"] == ["status": "ok"])
            #expect(answer.json?["diagnostics"]?["realtime"]?["connections"] == 0)
        }
    }

    @Test func headHasNoBody() async throws {
        try await HeaperClient.run { client async throws in
            let answer = try await client.send("HEAD", "/api/health")
            #expect(answer.status == 200)
            #expect(answer.body.isEmpty)
        }
    }

    @Test func syncHealthShowsItsCounters() async throws {
        try await HeaperClient.run { client async throws in
            client.clock.advance(by: .seconds(2))
            let answer = try await client.get("/sync/health")
            #expect(answer.status == 200)
            #expect(answer.json == ["status": "ok", "documents": 0, "connections": 0, "uptime_ms": 2000])
        }
    }
}
