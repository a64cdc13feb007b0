import CofferCore
import CofferHTTP
import Hummingbird

/// `POST /api/note`: stores an encrypted note.
///
/// - Auth: a login where the server asks for one.
/// - Body: JSON, at most 2,097,152 bytes; see ``NewNote``.
/// - 201: `id`, `expiresAt`. 400: the body. 413: too large.
/// - Source: SkySend API reference, "POST /api/note"; contract, section 9.
struct CreateNoteRoute {
    private static let maxBytes = 2_097_152

    let notes: NoteStore
    let limits: NoteSettings

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        let body = try await JSONBody.object(request, upTo: Self.maxBytes)
        let note = try NewNote(body, limits: limits)
        let id = UUIDText.random(notes.random)
        let expiresAt = try await notes.insert(id, note)
        return Response(.created, json: ["id": .string(id), "expiresAt": .time(expiresAt)])
    }
}
