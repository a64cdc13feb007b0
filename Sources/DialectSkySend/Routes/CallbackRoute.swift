import CofferCore
import CofferHTTP
import Hummingbird
import Logging

/// `GET /auth/callback`: where the identity provider sends the browser back to.
///
/// - Auth: the cookie `skysend-pkce` of the login that led here.
/// - 302: to `/` with the session cookie, or to the command-line client with `token` in the query. 400: no or a bad cookie,
///   or a login that failed. 503: the provider cannot be reached.
/// - Source: SkySend API reference, "GET /auth/callback"; contract, section 11.
struct CallbackRoute {
    let oidc: OIDCSettings
    let provider: OIDCProvider
    let sessions: LoginSessions
    let logger: Logger

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        guard let cookie = Cookies(request.headers)[LoginSessions.loginCookie], !cookie.isEmpty else {
            throw SkySendError.bad("Missing PKCE cookie - login session expired")
        }
        guard let login = try? await sessions.login(cookie) else {
            throw SkySendError.bad("Invalid or expired PKCE cookie")
        }
        let claims = try await claims(login, context)
        let token = try await sessions.sign(person(claims))
        let cleared = AuthCookie.clear(LoginSessions.loginCookie)
        if let callback = login.cliCallback {
            return .found(QueryURL.adding([("token", token)], to: callback), [cleared])
        }
        let seconds = sessions.life.components.seconds
        return .found("/", [cleared, AuthCookie.set(LoginSessions.cookie, token, seconds: seconds, context)])
    }

    private func claims(_ login: LoginSessions.Login, _ context: CofferContext) async throws -> JSONValue {
        guard (try? await provider.endpoints()) != nil else { throw SkySendError.providerUnreachable }
        let query = FormURLEncoded(context.path.query ?? "")
        do {
            guard let state = query.first("state"), constantTimeEqual(Array(state.utf8), Array(login.state.utf8)),
                query.first("error") == nil, let code = query.first("code"), !code.isEmpty
            else { throw OIDCProvider.Failure.refused("the provider's answer is not that of this login") }
            return try await provider.claims(
                code: code,
                verifier: login.codeVerifier,
                nonce: login.nonce,
                redirectURI: oidc.redirectURI(context)
            )
        } catch OIDCProvider.Failure.noClaims {
            throw SkySendError.bad("No ID token claims received")
        } catch let failure as OIDCProvider.Failure {
            logger.notice("login failed", metadata: ["reason": "\(failure)"])
            throw SkySendError.bad("Token exchange failed")
        }
    }

    private func person(_ claims: JSONValue) -> LoginSessions.Person {
        func text(_ name: String) -> String? {
            guard case .string(let text)? = claims[name], !text.isEmpty else { return nil }
            return text
        }
        return LoginSessions.Person(
            subject: text("sub") ?? "",
            name: oidc.provider.nameClaims.compactMap(text).first ?? "",
            email: text("email") ?? ""
        )
    }
}
