import CofferCore
import CofferHTTP

/// `GET /api/health`: a sign of life; other dialects add members of their own.
///
/// - Auth: none.
/// - 200: `status` ("ok"), `version`, `timestamp`.
/// - Source: SkySend API reference, "Health Check".
struct HealthRoute {
    let version: String
    let clock: any WallClock

    @Sendable
    func answer(_ context: CofferContext) async throws -> Route.SharedAnswer {
        .init(members: [
            .init("status", "ok"),
            .init("version", .string(version)),
            .init("timestamp", .time(clock.now)),
        ])
    }
}
