import CofferCore
import CofferHTTP
import HTTPTypes
import Hummingbird
import Logging

/// `GET /api/upload/ws`: takes an upload over a WebSocket.
///
/// - Auth: a login where the server asks for one, refused before the 101. A foreign `Origin` is told inside (1008).
/// - 101: ``UploadSocket`` says what follows. 404: switched off, so that clients send chunks. 426: no upgrade.
/// - Source: contract, section 6.
struct UploadSocketRoute {
    let files: FileStore
    let blobs: any BlobStore
    let pace: UploadPace
    let headers: SkySendHeaders
    let logger: Logger

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        guard files.settings.files.allowsWebSocket else { throw SkySendError.notFound }
        var limits = WebSocketLimits()
        limits.maxPendingBytes = min(limits.maxPendingBytes, Int(files.settings.files.webSocketBufferBytes))
        let socket = UploadSocket(
            files: files,
            blobs: blobs,
            pace: pace,
            client: context.client,
            isForeign: request.headers[.origin].map { !headers.allows($0, context) } ?? false,
            logger: logger
        )
        return try WebSocketUpgrade.response(to: request, context: context, limits: limits) { session in
            await socket.run(session)
        }
    }
}
