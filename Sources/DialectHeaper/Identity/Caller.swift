import CofferCore

/// Whose access token came with a request or a socket.
struct Caller: Sendable {
    let user: UserID
    let isAdmin: Bool
    let session: String
    /// When the token is over.
    let expiresAt: Timestamp
}

/// Knows whom an access token stands for.
protocol CallerChecking: Sendable {
    /// - Throws: ``HeaperError/invalidToken`` for a token that is not ours, is over, is no access token, or whose session or
    ///   account is gone; ``HeaperError/notApproved`` for an account that is not approved.
    func caller(ofAccessToken token: String) async throws -> Caller
}
