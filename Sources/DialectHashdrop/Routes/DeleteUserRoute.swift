import CofferHTTP
import HTTPTypes
import Hummingbird

/// `DELETE /api/user`: ends an account and everything it has.
///
/// - Auth: an access token, and e-mail and password of the same account as confirmation. A setting lets e-mail and
///   password alone suffice, for the released command-line client, which sends no token; a token that is sent counts
///   all the same.
/// - 204. 400: no JSON. 401: no or a wrong token, wrong e-mail or password, or those of another account.
/// - Source: Hashdrop API reference, "Delete account"; contract, section 0, D1 to D3.
struct DeleteUserRoute {
    let passwords: Passwords
    let ends: AccountEnds
    let bearer: BearerGuard

    @Sendable
    func handle(_ request: Request, context: CofferContext, account: AccountID) async throws -> Response {
        try await end(request, account)
    }

    @Sendable
    func handleWithoutToken(_ request: Request, context: CofferContext) async throws -> Response {
        let isTokenSent = request.headers[.authorization] != nil
        return try await end(request, isTokenSent ? bearer.account(of: request) : nil)
    }

    private func end(_ request: Request, _ holder: AccountID?) async throws -> Response {
        let body = try await JSONBody(request, members: ["email", "password"])
        let account = try await passwords.account(email: body.text("email"), password: body.text("password"))
        guard holder == nil || holder == account.id else { throw HashdropError.wrongCredentials }
        try await ends.end(account.id)
        return Response(status: .noContent)
    }
}
