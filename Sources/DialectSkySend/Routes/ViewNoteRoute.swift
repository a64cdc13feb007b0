import CofferCore
import CofferHTTP
import HTTPTypes
import Hummingbird
import NIOCore

/// `POST /api/note/{id}/view`: spends one view and gives the ciphertext, which is destroyed with the last one.
///
/// - Auth: `authToken` in the JSON body, or `X-Auth-Token` with an empty body.
/// - 200: `encryptedContent`, `nonce` (base64), `viewCount` (this view included), `maxViews`. 400: the body. 401: a wrong
///   token. 404: unknown. 410: expired, or viewed as often as allowed. 429: too many wrong tokens from this client.
/// - Source: SkySend API reference, "POST /api/note/:id/view"; contract, section 9.
struct ViewNoteRoute {
    let notes: NoteStore
    let tokens: TokenGuard

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        let id = context.parameters["id"]
        try await tokens.requireUnlocked(.note, id, context)
        let body = try await JSONBody.optionalObject(request, upTo: JSONBody.tokenBytes)
        guard let token = body.flatMap(JSONBody.authToken) ?? Self.header(request) else {
            throw SkySendError.missingAuthTokenInBody
        }
        guard let note = try await notes.find(id) else { throw SkySendError.missing(.note) }
        try note.requireAlive(at: notes.clock.now)
        try await tokens.require(token, matches: note.auth, of: .note, id, context, mismatch: .wrongAuthToken)
        let (content, viewCount) = try await view(note)
        return Response(
            .ok,
            json: [
                "encryptedContent": .string(Base64.encode(content.readableBytesView)),
                "nonce": .string(Base64.encode(note.nonce)),
                "viewCount": .integer(viewCount),
                "maxViews": .integer(note.maxViews),
            ]
        )
    }

    private static func header(_ request: Request) -> String? {
        request.headers[.xAuthToken].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Counts a view and reads the content, which is gone from the store afterwards if it was the last one.
    private func view(_ note: StoredNote) async throws -> (content: ByteBuffer, viewCount: Int64) {
        guard let slot = note.slot, let opened = try await notes.drops.open(slot, of: note.drop) else {
            throw SkySendError.limitReached(.note)
        }
        defer { opened.reader.close() }
        guard case .admitted(let admission) = opened.result else { throw SkySendError.limitReached(.note) }
        let content: ByteBuffer
        do {
            content = try await opened.reader.read(from: 0, count: Int(opened.reader.size))
        } catch {
            try await notes.drops.release(admission, refund: true)
            throw error
        }
        try await notes.drops.release(admission)
        return (content, admission.served)
    }
}
