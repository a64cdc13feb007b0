import CofferCore
import CofferHTTP
import CofferTesting
import HTTPTypes
import Testing

@testable import DialectHeaper

@Suite("Heaper: health")
struct HealthRouteTests {
    @Test func databaseThatFailsIs503() async throws {
        try await HeaperDatabase.run { fixture in
            let route = HealthRoute(
                instance: Instance(name: "n", version: "v", publicKey: "k"),
                counters: RealtimeCounters(clock: fixture.clock),
                database: NoDatabase()
            )
            let answer = await route.answer(baseURL: "http://localhost")
            #expect(answer.status == .serviceUnavailable)
            #expect(JSONValue.object(answer.members)["server"] == ["status": "ok"])
            #expect(JSONValue.object(answer.members)["database"] == ["status": "error"])
        }
    }
}

private struct NoDatabase: Database {
    func perform(
        _ access: DatabaseAccess,
        _ body: @escaping @Sendable (any SQLSession) throws -> Void
    ) async throws {
        throw StorageError.unavailable("gone")
    }
}
