import CofferCore
import CofferHTTP
import Hummingbird

/// `POST /api/upload/init`: opens an upload in chunks.
///
/// - Auth: a login where the server asks for one.
/// - Headers: ``UploadParameters``, the size in `X-Content-Length`. No body.
/// - 201: `id`. 400: parameters. 413: too large, or more than the quota has left. 429: quota used up.
/// - Source: SkySend API reference, "POST /api/upload/init"; contract, section 6.
struct InitRoute {
    let files: FileStore

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        let parameters = try UploadParameters(request.headers, limits: files.settings.files)
        let id = UUIDText.random(files.random)
        try await files.openSession(id, parameters, client: context.client)
        return Response(.created, json: ["id": .string(id)])
    }
}
