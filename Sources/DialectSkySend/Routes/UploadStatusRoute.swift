import CofferCore
import CofferHTTP
import HTTPTypes
import Hummingbird

/// `GET /api/upload/{id}/status`: how far an upload in chunks has come, for a client that continues it.
///
/// - Auth: `X-Owner-Token`.
/// - 200: `bytesWritten`, `contentLength`, `received` (ranges of chunk numbers, both ends included). 401: no or a wrong
///   token. 404: no such session.
/// - Source: contract, section 6; not part of the reference.
struct UploadStatusRoute {
    let files: FileStore

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        guard let token = request.headers[.xOwnerToken], !token.isEmpty else { throw SkySendError.missingOwnerToken }
        guard let session = try await files.session(context.parameters["id"]) else {
            throw SkySendError.unknownSession
        }
        try OwnerCheck.require(token, matches: session.file.owner)
        let progress = try await files.parts.progress(of: session.upload)
        return Response(
            .ok,
            json: [
                "bytesWritten": .integer(progress.contiguousBytes),
                "contentLength": .integer(session.upload.size),
                "received": .array(
                    progress.received.map { [.integer($0.lowerBound), .integer($0.upperBound)] }
                ),
            ]
        )
    }
}
