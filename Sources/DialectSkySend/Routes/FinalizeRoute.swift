import CofferCore
import CofferHTTP
import HTTPTypes
import Hummingbird

/// `POST /api/upload/{id}/finalize`: makes an upload in chunks readable; its life begins now.
///
/// - Auth: `X-Owner-Token`, the one the session was opened with.
/// - 200: `id`, `url`; also for a repeat after success, so that a lost answer does no harm. 400: bytes are missing, and
///   the session is gone. 401: no or a wrong token; the session stays open. 404: no such session.
/// - Source: SkySend API reference, "POST /api/upload/:id/finalize"; contract, section 6.
struct FinalizeRoute {
    let files: FileStore

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        let id = context.parameters["id"]
        guard let token = request.headers[.xOwnerToken], !token.isEmpty else { throw SkySendError.missingOwnerToken }
        guard let session = try await files.session(id) else { return try await again(id, token, context) }
        try Self.require(token, of: session.file)
        do {
            try await files.finalize(session.file, session.upload)
        } catch PartError.incomplete {
            if try await files.discard(session.upload) { throw SkySendError.sizeMismatch }
            return try await again(id, token, context)
        } catch PartError.gone {
            return try await again(id, token, context)
        }
        return Response(.ok, json: UploadRoute.answer(id, context))
    }

    /// The answer to a finalize that somebody else was faster with, most likely the same client.
    private func again(_ id: String, _ token: String, _ context: CofferContext) async throws -> Response {
        guard let file = try await files.find(id), file.isChunked else { throw SkySendError.unknownSession }
        try Self.require(token, of: file)
        return Response(.ok, json: UploadRoute.answer(id, context))
    }

    /// Every wrong token is told the same here, malformed or not.
    private static func require(_ token: String, of file: StoredFile) throws {
        guard Token.digest(token)?.matches(file.owner) ?? false else { throw SkySendError.wrongOwnerToken }
    }
}
