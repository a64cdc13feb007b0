import CofferHTTP
import Hummingbird

/// `GET /sync/health`: how live synchronization fares.
///
/// - Auth: none.
/// - 200: `status` ("ok"), `documents`, `connections`, `uptime_ms`.
/// - Source: API reference, "GET /sync/health"; contract, section 2.
struct SyncHealthRoute {
    let counters: RealtimeCounters

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        Response(
            .ok,
            json: [
                "status": "ok",
                "documents": .integer(counters.documents.value),
                "connections": .integer(counters.connections.value),
                "uptime_ms": .integer(counters.uptimeMilliseconds),
            ]
        )
    }
}
