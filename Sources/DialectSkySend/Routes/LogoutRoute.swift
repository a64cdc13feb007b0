import CofferCore
import CofferHTTP
import Hummingbird

/// `GET /auth/logout`: ends the session, here and at the identity provider.
///
/// - Auth: the session cookie or a Bearer token, if there is one.
/// - 302: to the provider's end-session endpoint if it is known to have one, else to `/`. The token is dead afterwards.
/// - Source: SkySend API reference, "GET /auth/logout"; contract, section 11.
struct LogoutRoute {
    let oidc: OIDCSettings
    let provider: OIDCProvider
    let sessions: LoginSessions

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        if let token = LoginSessions.token(of: request) { try await sessions.revoke(token) }
        var location = "/"
        if let endSession = await provider.cachedEndpoints?.endSession {
            location = QueryURL.adding(
                [("post_logout_redirect_uri", "\(context.baseURL)/"), ("client_id", oidc.clientID)],
                to: endSession
            )
        }
        return .found(location, [AuthCookie.clear(LoginSessions.cookie)])
    }
}
