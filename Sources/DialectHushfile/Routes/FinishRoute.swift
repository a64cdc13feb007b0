import CofferCore
import CofferHTTP
import Hummingbird

/// `POST /api/file/{id}/finishupload`: closes an upload over the chunks it lists.
///
/// - Auth: the upload password, in the body or the query string.
/// - Body: JSON, multipart or urlencoded, with `uploadpassword` and `chunks`.
/// - 200: `id`, `finished`, `chunks`, `totalsize`. 400: unknown, finished, a bad list, or chunks that are missing; the
///   upload stays open then. 403: wrong password.
/// - Source: Hushfile Server API, "POST /api/file/{id}/finishupload".
struct FinishRoute {
    let files: FileStore

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        let id = context.parameters["id"]
        // Unknown and finished files are told before the body is looked at, so a bad body cannot hide them.
        try await files.requireOpen(id)
        let body = try await ControlBody(request)
        let password = try? body.text("uploadpassword", maxBytes: ControlBody.maxBytes)
        let file = try await files.writable(id, password: password ?? WriteRequest.password(context))
        let chunks = try body.chunkIndexes()
        let size = try await files.finish(file, chunks: chunks, from: context.client)
        return Response(
            .ok,
            json: [
                "id": .string(id),
                "finished": true,
                "chunks": .array(chunks.map { .integer($0) }),
                "totalsize": .integer(size),
            ]
        )
    }
}
