import CofferCore
import CofferHTTP
import Hummingbird

/// `GET /api/note/{id}`: what a reader must know before the view; it never counts.
///
/// - Auth: none.
/// - 200: `passwordAlgo` and `passwordSalt` only with a password; `maxViews` 0 is without limit. 404: unknown.
///   410: expired, or viewed as often as allowed.
/// - Source: SkySend API reference, "GET /api/note/:id"; contract, section 9.
struct NoteInfoRoute {
    let notes: NoteStore

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        guard let note = try await notes.find(context.parameters["id"]) else { throw SkySendError.missing(.note) }
        try note.requireAlive(at: notes.clock.now)
        var members: [JSONValue.Member] = [
            .init("id", .string(note.id)),
            .init("contentType", .string(note.contentType)),
            .init("hasPassword", .bool(note.passwordSalt != nil)),
        ]
        if let salt = note.passwordSalt {
            members.append(.init("passwordAlgo", .string(PasswordAlgorithm.name)))
            members.append(.init("passwordSalt", .string(Base64.encodeURL(salt))))
        }
        members += [
            .init("salt", .string(Base64.encodeURL(note.salt))),
            .init("maxViews", .integer(note.maxViews)),
            .init("viewCount", .integer(note.viewCount)),
            .init("expiresAt", .time(note.drop.expiresAt ?? note.drop.createdAt)),
            .init("createdAt", .time(note.drop.createdAt)),
        ]
        return Response(.ok, json: .object(members))
    }
}
