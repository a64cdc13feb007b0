import CofferCore
import CofferHTTP
import HTTPTypes
import Hummingbird

/// `GET /ws`, `/ws/`, `/ws/<anything>`: live synchronization of documents over a WebSocket.
///
/// - Auth: inside, for each document; `?token=` stands for a login that sends none.
/// - 101: ``LiveMachine`` says what follows. 426: no upgrade.
/// - Source: contract, section 5.
struct LiveSocketRoute {
    let services: LiveServices
    let limits: WebSocketLimits

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        let token = HeaperGates.queryToken(of: request) ?? ""
        let heap = request.uri.queryParameters["workspaceId"].map(String.init)
        let services = services
        return try WebSocketUpgrade.response(to: request, context: context, limits: limits) { session in
            let connection = LiveConnection(services, session, token: token, defaultHeap: heap)
            await connection.run { await session.next() }
        }
    }
}
