import CofferHTTP
import Hummingbird

/// `POST /api/token/revoke`: ends a refresh token; access tokens live on until they are over.
///
/// - Auth: none.
/// - 204, also for a token that nobody has. 400: no JSON.
/// - Source: Hashdrop API reference, "Revoke refresh token".
struct RevokeRoute {
    let refreshTokens: RefreshTokens

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        let body = try await JSONBody(request, members: ["refresh_token"])
        try await refreshTokens.revoke(body.text("refresh_token"))
        return Response(status: .noContent)
    }
}
