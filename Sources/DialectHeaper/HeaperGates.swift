import CofferHTTP
import HTTPTypes
import Hummingbird

/// What stands before every route: who asks.
struct HeaperGates: Sendable {
    /// A handler that knows whose token was sent.
    typealias CallerHandler = @Sendable (Request, CofferContext, Caller) async throws -> Response

    private static let scheme = "bearer "

    let callers: any CallerChecking

    /// A route for whoever sends an access token in `Authorization`.
    func caller(_ handler: @escaping CallerHandler) -> Route.Handler {
        { request, context in
            guard let token = Self.bearer(of: request) else { throw HeaperError.missingToken }
            return try await handler(request, context, try await callers.caller(ofAccessToken: token))
        }
    }

    /// A route that pages name in links: the token may stand in the query as `token`, too (contract, section 3).
    func callerOrLink(_ handler: @escaping CallerHandler) -> Route.Handler {
        { request, context in
            guard let token = Self.bearer(of: request) ?? Self.queryToken(of: request) else {
                throw HeaperError.missingToken
            }
            return try await handler(request, context, try await callers.caller(ofAccessToken: token))
        }
    }

    /// A route for administrators.
    func admin(_ handler: @escaping CallerHandler) -> Route.Handler {
        caller { request, context, caller in
            guard caller.isAdmin else { throw HeaperError.notAdmin }
            return try await handler(request, context, caller)
        }
    }

    /// The token of `Authorization: Bearer`; the scheme's case does not count (RFC 9110, section 11.1).
    static func bearer(of request: Request) -> String? {
        guard let field = request.headers[.authorization], field.lowercased().hasPrefix(scheme) else { return nil }
        let token = field.dropFirst(scheme.count).drop { $0 == " " }
        return token.isEmpty ? nil : String(token)
    }

    static func queryToken(of request: Request) -> String? {
        let token = request.uri.queryParameters["token"].map(String.init) ?? ""
        return token.isEmpty ? nil : token
    }
}
