import CofferCore
import CofferHTTP
import HTTPTypes
import Hummingbird

/// `DELETE /api/upload/{id}`: removes an upload, or ends one whose chunks are still arriving.
///
/// - Auth: `X-Owner-Token`.
/// - 200: `ok`; the bytes are gone. 401: no or a wrong token. 404: unknown.
/// - Source: SkySend API reference, "DELETE /api/upload/:id"; contract, section 7.
struct DeleteUploadRoute {
    let files: FileStore

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        guard let token = request.headers[.xOwnerToken], !token.isEmpty else { throw SkySendError.missingOwnerToken }
        guard let file = try await files.findAny(context.parameters["id"]) else { throw SkySendError.missing(.upload) }
        try OwnerCheck.require(token, matches: file.owner)
        guard try await files.drops.delete(file.drop.id) else { throw SkySendError.missing(.upload) }
        return Response(.ok, json: ["ok": true])
    }
}
