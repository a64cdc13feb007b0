import CofferHTTP
import Hummingbird

/// `POST /api/token/refresh`: hands out a new access token; the refresh token stays as it is.
///
/// - Auth: the refresh token.
/// - 200: `access_token`. 400: no JSON. 401: the token is unknown, over or revoked.
/// - Source: Hashdrop API reference, "Refresh access token".
struct RefreshRoute {
    let accessTokens: AccessTokens
    let refreshTokens: RefreshTokens

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        let body = try await JSONBody(request, members: ["refresh_token"])
        guard let account = try await refreshTokens.account(of: body.text("refresh_token")) else {
            throw HashdropError.invalidRefreshToken
        }
        return Response(.ok, json: ["access_token": .string(try await accessTokens.sign(account))])
    }
}
