import CofferCore
import CofferHTTP
import Hummingbird

/// `GET /health/`: the true state of each service.
///
/// - Auth: none.
/// - 200: always, degraded too. `redis` is the name under which monitors look for the store; ours is the SQL database.
/// - 429: more than the health limit.
/// - Source: API specification, "GET /health/".
struct HealthRoute {
    private static let heartbeatLife: Duration = .seconds(180)

    let drops: DropStore
    let blobs: any BlobStore
    let sweeper: Sweeper
    let words: WordList
    let limiter: RateLimiter
    let clock: any WallClock
    let startedAt: Timestamp

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        if let seconds = await limiter.hit("ravenzero.health", by: context.client).retryAfterSeconds {
            throw RavenZeroError.rateLimited(retryAfter: seconds)
        }
        let now = clock.now
        let database = await works { try await drops.database.read { _ = try $0.first("SELECT 1") { $0.integer(0) } } }
        let storage = await works { try await blobs.probe() }
        let scheduler = sweeper.lastBeat.map { $0.duration(to: now) <= Self.heartbeatLife } ?? false
        let diceware = words.count == WordList.size
        return Response(
            .ok,
            json: [
                "status": .string(database && storage && diceware ? "healthy" : "degraded"),
                "version": "0.1.0",
                "timestamp": .string(CalendarTime(now).internetDateTime),
                "services": [
                    "redis": Self.state(database),
                    "storage": Self.state(storage),
                    "scheduler": Self.state(scheduler),
                    "diceware": Self.state(diceware),
                ],
                "uptime_seconds": .integer(max(0, startedAt.duration(to: now).wholeMilliseconds / 1000)),
                "started_at": .string(CalendarTime(startedAt).internetDateTime),
            ]
        )
    }

    private func works(_ check: () async throws -> Void) async -> Bool {
        do {
            try await check()
            return true
        } catch {
            return false
        }
    }

    private static func state(_ works: Bool) -> JSONValue { works ? "online" : "offline" }
}
