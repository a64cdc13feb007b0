import CofferCore

/// The long-lived tokens that fetch new access tokens: random, kept as digests, valid until they end or are revoked.
struct RefreshTokens: Sendable {
    private static let byteCount = 32

    let database: any Database
    let digests: AccountDigests
    let life: Duration
    let clock: any WallClock
    let random: any RandomSource

    /// A new token of 64 hexadecimal digits.
    ///
    /// - Returns: nil when the account is gone.
    func issue(to account: AccountID) async throws -> String? {
        let token = random.hex(byteCount: Self.byteCount)
        let (digest, now) = (digests.refreshToken(token), clock.now)
        let expiresAt = now.advanced(by: life)
        let inserted = try await database.write { session in
            try session.execute(
                """
                INSERT INTO hashdrop_refresh_tokens (digest, user_id, created_at, expires_at)
                SELECT \(digest), id, \(now), \(expiresAt) FROM hashdrop_users WHERE id = \(account) AND verified = 1
                """
            )
        }
        return inserted == 1 ? token : nil
    }

    /// Whose token this is; nil when it is unknown, over or revoked.
    func account(of token: String) async throws -> AccountID? {
        let (digest, now) = (digests.refreshToken(token), clock.now)
        return try await database.read { session in
            try session.first(
                "SELECT user_id FROM hashdrop_refresh_tokens WHERE digest = \(digest) AND expires_at > \(now)"
            ) { AccountID(stored: $0.text(0)) }
        }
    }

    /// Ends a token; one that is unknown counts as ended.
    func revoke(_ token: String) async throws {
        let digest = digests.refreshToken(token)
        try await database.write { session in
            _ = try session.execute("DELETE FROM hashdrop_refresh_tokens WHERE digest = \(digest)")
        }
    }
}
