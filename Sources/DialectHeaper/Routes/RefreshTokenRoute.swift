import CofferHTTP
import Hummingbird

/// `POST /api/auth/refresh_token`: gives the tokens that come after a refresh token.
///
/// - Auth: the refresh token, as `Authorization: Bearer` or as `refreshToken` in the body.
/// - 200: `success`, `accessToken`, `refreshToken`. 401: none, not good, or used before, which ends the login.
/// - Source: API reference, "POST /api/auth/refresh_token"; contract, section 3.
struct RefreshTokenRoute {
    let sessions: Sessions

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        let token: String
        if let bearer = HeaperGates.bearer(of: request) {
            token = bearer
        } else if let member = try await RequestFields(request).text("refreshToken"), !member.isEmpty {
            token = member
        } else {
            throw HeaperError.missingToken
        }
        let tokens = try await sessions.refresh(token)
        return Response(
            .ok,
            json: [
                "success": true, "accessToken": .string(tokens.access), "refreshToken": .string(tokens.refresh),
            ]
        )
    }
}
