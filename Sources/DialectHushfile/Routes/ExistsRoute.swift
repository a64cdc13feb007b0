import CofferHTTP
import Hummingbird

/// `GET /api/file/{id}/exists`: tells whether a finished file of this id exists.
///
/// - Auth: none.
/// - 200: `fileid`, `exists`, `finished`. 404: unknown, gone, or not finished yet.
/// - Source: Hushfile Server API, "GET /api/file/{id}/exists".
struct ExistsRoute {
    let files: FileStore

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        let id = context.parameters["id"]
        guard let file = try await files.find(id), file.isFinished else { throw HushfileError.notFound }
        return Response(.ok, json: ["fileid": .string(id), "exists": true, "finished": true])
    }
}
