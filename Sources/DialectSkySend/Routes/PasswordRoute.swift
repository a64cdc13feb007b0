import CofferCore
import CofferHTTP
import Hummingbird

/// `POST /api/password/{id}`: tells whether the token that a client made of a password is the right one.
///
/// - Auth: `authToken` in the JSON body, at most 16,384 bytes.
/// - 200: `ok`, and the metadata once it is set. 400: the body, or an upload without a password. 401: a wrong token.
///   404: unknown. 410: expired. 429: too many wrong tokens from this client.
/// - Source: SkySend API reference, "POST /api/password/:id"; contract, section 8.
struct PasswordRoute {
    let files: FileStore
    let tokens: TokenGuard

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        let id = context.parameters["id"]
        try await tokens.requireUnlocked(.upload, id, context)
        let body = try await JSONBody.object(request, upTo: JSONBody.tokenBytes)
        guard let token = JSONBody.authToken(body) else { throw SkySendError.missingAuthTokenInBody }
        guard let file = try await files.find(id) else { throw SkySendError.missing(.upload) }
        guard file.passwordSalt != nil else { throw SkySendError.notProtected(.upload) }
        if file.drop.isExpired(at: files.clock.now) { throw SkySendError.expired(.upload) }
        try await tokens.require(token, matches: file.auth, of: .upload, id, context, mismatch: .wrongPassword)
        let meta = file.meta.map { InfoRoute.members(of: $0) } ?? []
        return Response(.ok, json: .object([.init("ok", true)] + meta))
    }
}
