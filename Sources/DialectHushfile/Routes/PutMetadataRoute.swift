import CofferCore
import CofferHTTP
import Hummingbird

/// `PUT /api/file/{id}/metadata?uploadpassword=…`: stores the encrypted metadata, in place of what was there.
///
/// - Auth: the upload password.
/// - 200: `id`, `finished`. 400: unknown, finished, multipart, or above 64 KiB. 403: wrong password.
/// - Source: Hushfile Server API, "PUT /api/file/{id}/metadata".
struct PutMetadataRoute {
    static let maxBytes = 64 * 1024

    let files: FileStore

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        let id = context.parameters["id"]
        let file = try await files.writable(id, password: WriteRequest.password(context))
        try WriteRequest.requireRawBody(request)
        do {
            let bytes = try await request.collected(upTo: Self.maxBytes)
            try await files.setMetadata(Array(bytes.readableBytesView), of: file, from: context.client)
        } catch is BodyTooLarge {
            throw HushfileError.metadataTooLarge(limit: Self.maxBytes)
        }
        return Response(.ok, json: ["id": .string(id), "finished": false])
    }
}
