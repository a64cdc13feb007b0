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
    func members(_ context: CofferContext) async throws -> [JSONValue.Member] {
        [
            .init("status", "ok"),
            .init("version", .string(version)),
            .init("timestamp", .time(clock.now)),
        ]
    }
}
