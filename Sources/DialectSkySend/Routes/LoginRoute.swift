import CofferCore
import CofferHTTP
import Crypto
import Foundation
import Hummingbird

/// `GET /auth/login`: sends the browser to the identity provider.
///
/// - Auth: none.
/// - Query: `cli_callback`, where a command-line client on the same machine waits for the token.
/// - 302: to the provider, with PKCE (RFC 7636, S256); the cookie `skysend-pkce` remembers the login for 300 s.
///   400: a callback elsewhere. 503: the provider cannot be reached.
/// - Source: SkySend API reference, "GET /auth/login"; contract, section 11.
struct LoginRoute {
    let oidc: OIDCSettings
    let provider: OIDCProvider
    let sessions: LoginSessions

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        let callback = context.path.query.flatMap { FormURLEncoded($0).first("cli_callback") }
        if let callback, !callback.isEmpty { try Self.judge(callback) }
        guard let endpoints = try? await provider.endpoints() else { throw SkySendError.providerUnreachable }
        let login = sessions.newLogin(cliCallback: callback?.isEmpty == true ? nil : callback)
        let challenge = Base64.encodeURL(Array(SHA256.hash(data: Array(login.codeVerifier.utf8))))
        let location = QueryURL.adding(
            [
                ("redirect_uri", oidc.redirectURI(context)), ("scope", oidc.scopes), ("state", login.state),
                ("nonce", login.nonce), ("code_challenge", challenge), ("code_challenge_method", "S256"),
                ("client_id", oidc.clientID), ("response_type", "code"),
            ],
            to: endpoints.authorization
        )
        let cookie = AuthCookie.set(
            LoginSessions.loginCookie,
            try await sessions.sign(login),
            seconds: LoginSessions.loginSeconds,
            context
        )
        return .found(location, [cookie])
    }

    /// A token is handed to this address, so it must be on the machine of whoever logs in.
    private static func judge(_ callback: String) throws {
        guard let url = URLComponents(string: callback), let scheme = url.scheme, !scheme.isEmpty,
            url.host?.isEmpty == false || !["http", "https"].contains(scheme.lowercased())
        else {
            throw SkySendError.bad("Invalid cli_callback: not a valid URL")
        }
        guard scheme.lowercased() == "http", let host = url.host?.lowercased(),
            host == "localhost" || host == "127.0.0.1",
            url.user == nil, url.password == nil, let port = url.port, port != 80, (1...65_535).contains(port)
        else {
            throw SkySendError.bad(
                "Invalid cli_callback: only http://localhost or http://127.0.0.1 is allowed"
            )
        }
    }
}

extension OIDCSettings {
    func redirectURI(_ context: CofferContext) -> String { redirectURI ?? "\(context.baseURL)/auth/callback" }
}
