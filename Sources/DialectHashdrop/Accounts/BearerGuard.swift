import CofferHTTP
import HTTPTypes
import Hummingbird

/// Knows which account an access token stands for.
protocol AccountChecking: Sendable {
    /// The account whose token this is.
    ///
    /// - Throws: ``HashdropError/invalidToken`` for a token that is not ours, is over, or whose account is gone.
    func account(ofBearer token: String) async throws -> AccountID
}

/// Takes the access token out of a request.
struct BearerGuard: Sendable {
    private static let scheme = "Bearer "

    let accounts: any AccountChecking

    /// - Throws: ``HashdropError/missingToken``, ``HashdropError/invalidToken``.
    func account(of request: Request) async throws -> AccountID {
        let field = request.headers[.authorization] ?? ""
        // Exactly this spelling: clients that pass here must pass with the original, too.
        guard field.hasPrefix(Self.scheme) else { throw HashdropError.missingToken }
        let token = field.dropFirst(Self.scheme.count).drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()
        guard !token.isEmpty else { throw HashdropError.missingToken }
        return try await accounts.account(ofBearer: String(token))
    }
}
