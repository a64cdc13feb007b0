import CofferCore
import CofferHTTP
import HTTPTypes
import Hummingbird

/// `GET /api/ws`: the states of folder scans over a WebSocket; deprecated.
///
/// - Auth: `Authorization: Bearer` or `?token=`.
/// - 101: ``ScanSockets`` says what follows. 401, 403: no such login. 426: no upgrade.
/// - Source: contract, section 5.6.
struct ScanSocketRoute {
    let sockets: ScanSockets
    let limits: WebSocketLimits
    let gates: HeaperGates

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        try await gates.callerOrLink(open)(request, context)
    }

    @Sendable
    private func open(_ request: Request, context: CofferContext, caller: Caller) async throws -> Response {
        let sockets = sockets
        return try WebSocketUpgrade.response(to: request, context: context, limits: limits) { session in
            await sockets.run(session, for: caller)
        }
    }
}
