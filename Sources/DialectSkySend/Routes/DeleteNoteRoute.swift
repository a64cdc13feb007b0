import CofferCore
import CofferHTTP
import HTTPTypes
import Hummingbird

/// `DELETE /api/note/{id}`: removes a note.
///
/// - Auth: `X-Owner-Token`.
/// - 200: `ok`. 401: no or a wrong token. 404: unknown.
/// - Source: SkySend API reference, "DELETE /api/note/:id"; contract, section 9.
struct DeleteNoteRoute {
    let notes: NoteStore

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        guard let token = request.headers[.xOwnerToken], !token.isEmpty else { throw SkySendError.missingOwnerToken }
        guard let note = try await notes.find(context.parameters["id"]) else { throw SkySendError.missing(.note) }
        try OwnerCheck.require(token, matches: note.owner)
        guard try await notes.drops.delete(note.drop.id) else { throw SkySendError.missing(.note) }
        return Response(.ok, json: ["ok": true])
    }
}
