import CofferCore

/// Keeps accounts.
struct UserStore: Sendable {
    /// Accounts that may wait for approval at a time; more are refused.
    private static let maxPending = 1000

    let database: any Database
    let policy: IdentitySettings.Policy
    let ends: SessionEnds
    let clock: any WallClock
    let random: any RandomSource

    /// The account of a key whose owner has shown to have it; an unknown key gets one as the policy says.
    ///
    /// The first key ever is the administrator's.
    ///
    /// - Throws: ``HeaperError/registrationClosed``; ``StorageError``.
    func admit(_ key: AccountKey, email: String?) async throws -> User {
        let now = clock.now
        let id = UserID(unchecked: ULID.make(at: now, random))
        let policy = policy
        return try await database.write { session in
            if let known = try Self.user(key, in: session) {
                return try Self.noting(email, of: known, in: session)
            }
            let isFirst = try session.first("SELECT 1 FROM heaper_users LIMIT 1") { _ in true } == nil
            guard isFirst || policy != .closed else { throw HeaperError.registrationClosed }
            let state: User.State = isFirst || policy == .open ? .approved : .pending
            if state == .pending {
                let pending = try session.first("SELECT COUNT(*) FROM heaper_users WHERE state = 'pending'") {
                    $0.integer(0)
                }
                guard pending ?? 0 < Self.maxPending else { throw HeaperError.registrationClosed }
            }
            try session.execute(
                """
                INSERT INTO heaper_users (id, public_key, email, is_admin, state, created_at)
                VALUES (\(id), \(key), \(email ?? ""), \(isFirst), \(state.rawValue), \(now))
                """
            )
            guard let made = try Self.user(key, in: session) else {
                throw StorageError.unavailable("an account was not stored")
            }
            return made
        }
    }

    private static func user(_ key: AccountKey, in session: any SQLSession) throws -> User? {
        try session.first("SELECT \(part: User.columns) FROM heaper_users WHERE public_key = \(key)", User.init)
    }

    /// Remembers an address that an account did not have.
    private static func noting(_ email: String?, of user: User, in session: any SQLSession) throws -> User {
        guard let email, !email.isEmpty, user.email.isEmpty else { return user }
        try session.execute("UPDATE heaper_users SET email = \(email) WHERE id = \(user.id)")
        return try self.user(user.key, in: session) ?? user
    }

    func user(_ id: UserID) async throws -> User? {
        try await database.read { session in
            try session.first("SELECT \(part: User.columns) FROM heaper_users WHERE id = \(id)", User.init)
        }
    }

    var isEmpty: Bool {
        get async throws {
            try await database.read { session in
                try session.first("SELECT 1 FROM heaper_users LIMIT 1") { _ in false } ?? true
            }
        }
    }

    /// Accounts in this state, or all, oldest first.
    func users(_ state: User.State?) async throws -> [User] {
        let (any, name) = (state == nil, state?.rawValue ?? "")
        return try await database.read { session in
            try session.query(
                """
                SELECT \(part: User.columns) FROM heaper_users WHERE \(any) = 1 OR state = \(name)
                ORDER BY created_at, id
                """,
                User.init
            )
        }
    }

    /// How an administrator names an account.
    enum Name: Sendable {
        case id(UserID)
        case key(AccountKey)
    }

    /// Approves or rejects an account; rejecting ends its logins, and the sockets that they opened.
    ///
    /// - Throws: ``HeaperError/userNotFound``, ``HeaperError/userIsAdmin``; ``StorageError``.
    func judge(_ name: Name, _ verdict: User.State) async throws -> User {
        let (user, ended) = try await database.write { session -> (User, [String]) in
            guard let user = try Self.user(name, in: session) else { throw HeaperError.userNotFound }
            guard verdict == .approved || !user.isAdmin else { throw HeaperError.userIsAdmin }
            try session.execute("UPDATE heaper_users SET state = \(verdict.rawValue) WHERE id = \(user.id)")
            var ended: [String] = []
            if verdict != .approved {
                ended = try session.query("DELETE FROM heaper_sessions WHERE user_id = \(user.id) RETURNING id") {
                    $0.text(0)
                }
            }
            return (try Self.user(.id(user.id), in: session) ?? user, ended)
        }
        ends.end(ended)
        return user
    }

    private static func user(_ name: Name, in session: any SQLSession) throws -> User? {
        switch name {
        case .key(let key): try user(key, in: session)
        case .id(let id):
            try session.first("SELECT \(part: User.columns) FROM heaper_users WHERE id = \(id)", User.init)
        }
    }
}
