import CofferCore
import CofferHTTP
import HTTPTypes

/// `GET /api/health`: whether the server and its database work; other dialects add members of their own.
///
/// - Auth: none.
/// - 200: `server`, `database`, `version`, `name`, `public_url`, `public_key`, `diagnostics`. 503: the database fails.
/// - Source: API reference, "GET /api/health"; contract, section 2.
struct HealthRoute {
    let instance: Instance
    let counters: RealtimeCounters
    let database: any Database

    @Sendable
    func answer(_ context: CofferContext) async throws -> Route.SharedAnswer {
        await answer(baseURL: context.baseURL)
    }

    func answer(baseURL: String) async -> Route.SharedAnswer {
        let works = await databaseWorks
        let members: [JSONValue.Member] = [
            .init("server", ["status": "ok"]),
            .init("database", ["status": works ? "ok" : "error"]),
        ]
        let rest: [JSONValue.Member] = [
            .init("public_key", .string(instance.publicKey)),
            .init("diagnostics", ["realtime": .object(counters.members)]),
        ]
        return .init(works ? .ok : .serviceUnavailable, members: members + instance.members(baseURL: baseURL) + rest)
    }

    private var databaseWorks: Bool {
        get async {
            let answer = try? await database.read { try $0.first("SELECT 1") { $0.integer(0) } }
            return answer == 1
        }
    }
}
