import CofferCore

/// The tables of accounts, their codes and their refresh tokens, and the questions asked of them.
///
/// E-mail addresses are compared byte by byte. A code and a refresh token are kept as digests; a refresh token that is
/// revoked is deleted.
struct AccountStore: Sendable {
    /// How a code fared.
    enum Verification: Equatable, Sendable { case verified, unknownAccount, noCode, wrongCode }

    static let migrations = [
        Migration(
            module: "hashdrop",
            name: "003-credentials",
            statements: [
                """
                CREATE TABLE hashdrop_otps (
                    user_id TEXT PRIMARY KEY NOT NULL REFERENCES hashdrop_users (id) ON DELETE CASCADE,
                    digest BYTEA NOT NULL,
                    expires_at BIGINT NOT NULL,
                    wrong_attempts BIGINT NOT NULL DEFAULT 0,
                    sent BIGINT NOT NULL DEFAULT 0 CHECK (sent IN (0, 1))
                )
                """,
                "CREATE INDEX hashdrop_otps_expiry ON hashdrop_otps (expires_at)",
                """
                CREATE TABLE hashdrop_refresh_tokens (
                    digest BYTEA PRIMARY KEY NOT NULL,
                    user_id TEXT NOT NULL REFERENCES hashdrop_users (id) ON DELETE CASCADE,
                    created_at BIGINT NOT NULL,
                    expires_at BIGINT NOT NULL
                )
                """,
                "CREATE INDEX hashdrop_refresh_tokens_user ON hashdrop_refresh_tokens (user_id)",
                "CREATE INDEX hashdrop_refresh_tokens_expiry ON hashdrop_refresh_tokens (expires_at)",
            ]
        )
    ]

    let database: any Database
    let settings: AccountSettings
    let clock: any WallClock

    func account(withEmail email: String) async throws -> Account? {
        try await database.read { session in
            try session.first(
                "SELECT id, email, password_hash, verified, created_at FROM hashdrop_users WHERE email = \(email)",
                Self.account
            )
        }
    }

    /// Tells whether somebody has this address, verified or still in time to become so.
    func isTaken(_ email: String) async throws -> Bool {
        guard let account = try await account(withEmail: email) else { return false }
        return account.isVerified || account.createdAt > staleSince
    }

    // MARK: Registration

    /// Adds an account that is not verified, with a code that is not sent.
    ///
    /// - Returns: false when the address is taken, also by a registration that ran beside this one.
    func insert(_ account: Account, otp: TokenDigest) async throws -> Bool {
        let (stale, expiresAt) = (staleSince, account.createdAt.advanced(by: settings.otpLife))
        return try await database.write { session in
            try session.execute(
                """
                DELETE FROM hashdrop_users WHERE email = \(account.email) AND verified = 0 AND created_at <= \(stale)
                """
            )
            let inserted = try session.execute(
                """
                INSERT INTO hashdrop_users (id, email, password_hash, verified, created_at, updated_at)
                VALUES (
                    \(account.id), \(account.email), \(account.passwordHash), 0, \(account.createdAt),
                    \(account.createdAt)
                )
                ON CONFLICT (email) DO NOTHING
                """
            )
            guard inserted == 1 else { return false }
            try session.execute(
                "INSERT INTO hashdrop_otps (user_id, digest, expires_at) VALUES (\(account.id), \(otp), \(expiresAt))"
            )
            return true
        }
    }

    /// Remembers that the code has left, so that the account survives a restart.
    func noteSent(_ id: AccountID) async throws {
        try await database.write { _ = try $0.execute("UPDATE hashdrop_otps SET sent = 1 WHERE user_id = \(id)") }
    }

    /// Takes a registration back.
    func withdraw(_ id: AccountID) async throws {
        try await database.write { session in
            _ = try session.execute("DELETE FROM hashdrop_users WHERE id = \(id) AND verified = 0")
        }
    }

    /// Takes back the registrations that an earlier process did not finish: nobody was told of them.
    ///
    /// Call it before the first request.
    func withdrawUnsent() async throws {
        try await database.write { session in
            _ = try session.execute(
                """
                DELETE FROM hashdrop_users
                WHERE verified = 0 AND id IN (SELECT user_id FROM hashdrop_otps WHERE sent = 0)
                """
            )
        }
    }

    /// Checks a code against the account's own; the right one verifies the account and is used up.
    ///
    /// One transaction, so that parallel guesses count one by one.
    func verify(
        _ email: String,
        otp digest: @escaping @Sendable (AccountID) -> TokenDigest
    ) async throws -> Verification {
        let (now, most) = (clock.now, settings.otpAttempts)
        return try await database.write { session in
            let id = try session.first("SELECT id FROM hashdrop_users WHERE email = \(email) AND verified = 0") {
                AccountID(stored: $0.text(0))
            }
            guard let id else { return .unknownAccount }
            let code = try session.first(
                """
                SELECT digest FROM hashdrop_otps
                WHERE user_id = \(id) AND expires_at > \(now) AND wrong_attempts < \(most)
                """
            ) { TokenDigest(stored: $0.bytes(0)) }
            guard let code else { return .noCode }
            guard code.matches(digest(id)) else {
                try session.execute(
                    "UPDATE hashdrop_otps SET wrong_attempts = wrong_attempts + 1 WHERE user_id = \(id)"
                )
                return .wrongCode
            }
            try session.execute("UPDATE hashdrop_users SET verified = 1, updated_at = \(now) WHERE id = \(id)")
            try session.execute("DELETE FROM hashdrop_otps WHERE user_id = \(id)")
            return .verified
        }
    }

    // MARK: Deletion

    /// Ends an account with its codes and tokens; its files are the file store's business.
    func delete(_ id: AccountID, in session: any SQLSession) throws {
        try session.execute("DELETE FROM hashdrop_users WHERE id = \(id)")
    }

    func deleteAll(in session: any SQLSession) throws {
        try session.execute("DELETE FROM hashdrop_users")
    }

    /// Forgets accounts nobody verified in time, codes that are over, and refresh tokens that are.
    func sweep() async throws {
        let (now, stale) = (clock.now, staleSince)
        try await database.write { session in
            try session.execute("DELETE FROM hashdrop_users WHERE verified = 0 AND created_at <= \(stale)")
            try session.execute("DELETE FROM hashdrop_otps WHERE expires_at <= \(now)")
            try session.execute("DELETE FROM hashdrop_refresh_tokens WHERE expires_at <= \(now)")
        }
    }

    /// Accounts without verification that are as old as this are over.
    private var staleSince: Timestamp { clock.now.advanced(by: .zero - settings.unverifiedLife) }

    private static func account(_ row: any SQLRow) -> Account {
        Account(
            id: AccountID(stored: row.text(0)),
            email: row.text(1),
            passwordHash: row.text(2),
            isVerified: row.bool(3),
            createdAt: row.time(4)
        )
    }
}
