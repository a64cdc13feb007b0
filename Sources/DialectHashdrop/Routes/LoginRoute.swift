import CofferHTTP
import Hummingbird

/// `POST /api/user/login`: hands out an access token and a refresh token.
///
/// - Auth: e-mail and password.
/// - 200: `access_token`, `refresh_token`. 400: no JSON. 401: unknown, not verified, or a wrong password; which of them
///   shows neither in the answer nor in the work done.
/// - Source: Hashdrop API reference, "Login".
struct LoginRoute {
    let passwords: Passwords
    let accessTokens: AccessTokens
    let refreshTokens: RefreshTokens

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        let body = try await JSONBody(request, members: ["email", "password"])
        let account = try await passwords.account(email: body.text("email"), password: body.text("password"))
        guard let refreshToken = try await refreshTokens.issue(to: account.id) else {
            throw HashdropError.wrongCredentials
        }
        return Response(
            .ok,
            json: [
                "access_token": .string(try await accessTokens.sign(account.id)),
                "refresh_token": .string(refreshToken),
            ]
        )
    }
}
