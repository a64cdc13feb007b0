import CofferCore
import CofferHTTP
import Hummingbird

/// `POST /api/note/{id}/password`: tells whether the token that a client made of a password is the right one.
///
/// - Auth: `authToken` in the JSON body, at most 16,384 bytes.
/// - 200: `ok`; nothing is counted. 400: the body, or a note without a password. 401: a wrong token. 404: unknown.
///   410: expired, or viewed as often as allowed. 429: too many wrong tokens from this client.
/// - Source: SkySend API reference, "POST /api/note/:id/password"; contract, section 9.
struct NotePasswordRoute {
    let notes: NoteStore
    let tokens: TokenGuard

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        let id = context.parameters["id"]
        try await tokens.requireUnlocked(.note, id, context)
        let body = try await JSONBody.object(request, upTo: JSONBody.tokenBytes)
        guard let token = JSONBody.authToken(body) else { throw SkySendError.missingAuthTokenInBody }
        guard let note = try await notes.find(id) else { throw SkySendError.missing(.note) }
        guard note.passwordSalt != nil else { throw SkySendError.notProtected(.note) }
        try note.requireAlive(at: notes.clock.now)
        try await tokens.require(token, matches: note.auth, of: .note, id, context, mismatch: .wrongPassword)
        return Response(.ok, json: ["ok": true])
    }
}
