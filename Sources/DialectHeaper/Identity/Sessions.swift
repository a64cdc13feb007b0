import CofferCore
import CofferHTTP

/// Logins, and the tokens that stand for them.
///
/// Each refresh gives a new refresh token. The one before stays good for a moment, for clients that lost the answer, and
/// gives the same successor; a token that is older was copied, so that its login ends, and its sockets with it.
struct Sessions: CallerChecking {
    private static let grace: Duration = .seconds(30)
    private static let idBytes = 16

    /// The two tokens of a login.
    struct Tokens: Sendable {
        let access: String
        let refresh: String
    }

    private enum Kind: String {
        case access, refresh
    }

    private struct Claims {
        let user: UserID
        let session: String
        let generation: Int64
        let end: Timestamp
    }

    let tokens: AccessToken
    let verified: VerifiedTokens
    let settings: IdentitySettings
    let database: any Database
    let ends: SessionEnds
    let clock: any WallClock
    let random: any RandomSource

    /// Begins a login; whichever are over are forgotten.
    func open(for user: UserID) async throws -> Tokens {
        let id = Base64.encodeURL(random.bytes(Self.idBytes))
        let now = clock.now
        let end = now.advanced(by: settings.refreshTokenLife)
        try await database.write { session in
            try session.execute("DELETE FROM heaper_sessions WHERE expires_at <= \(now)")
            try session.execute(
                """
                INSERT INTO heaper_sessions (id, user_id, rotated_at, expires_at)
                VALUES (\(id), \(user), \(now), \(end))
                """
            )
        }
        return try await sign(user, id, generation: 0, refreshFrom: now)
    }

    func caller(ofAccessToken token: String) async throws -> Caller {
        let claims = try await claims(of: token, .access)
        let standing = try await database.read { session in
            try session.first(
                """
                SELECT u.state, u.is_admin FROM heaper_sessions s JOIN heaper_users u ON u.id = s.user_id
                WHERE s.id = \(claims.session) AND s.user_id = \(claims.user)
                """
            ) { (state: User.State(rawValue: $0.text(0)), isAdmin: $0.bool(1)) }
        }
        guard let standing else { throw HeaperError.invalidToken }
        guard standing.state == .approved else { throw HeaperError.notApproved }
        return Caller(user: claims.user, isAdmin: standing.isAdmin, session: claims.session, expiresAt: claims.end)
    }

    /// The tokens that come after a refresh token.
    ///
    /// - Throws: ``HeaperError/invalidToken``, ``HeaperError/notApproved``; ``StorageError``.
    func refresh(_ token: String) async throws -> Tokens {
        let claims = try await claims(of: token, .refresh)
        let now = clock.now
        let end = now.advanced(by: settings.refreshTokenLife)
        let next = try await database.write { session in
            try Self.rotate(claims, at: now, end: end, in: session)
        }
        switch next {
        case .given(let generation, let start):
            return try await sign(claims.user, claims.session, generation: generation, refreshFrom: start)
        case .notApproved: throw HeaperError.notApproved
        case .unknown: throw HeaperError.invalidToken
        case .revoked:
            ends.end([claims.session])
            throw HeaperError.invalidToken
        }
    }

    private enum Rotation: Sendable {
        case given(generation: Int64, from: Timestamp)
        case notApproved
        case unknown
        case revoked
    }

    private static func rotate(
        _ claims: Claims,
        at now: Timestamp,
        end: Timestamp,
        in session: any SQLSession
    ) throws -> Rotation {
        let row = try session.first(
            """
            SELECT s.generation, s.rotated_at, u.state FROM heaper_sessions s JOIN heaper_users u ON u.id = s.user_id
            WHERE s.id = \(claims.session) AND s.user_id = \(claims.user) AND s.expires_at > \(now)
            """
        ) { (generation: $0.integer(0), rotatedAt: $0.time(1), state: $0.text(2)) }
        guard let row else { return .unknown }
        guard row.state == User.State.approved.rawValue else { return .notApproved }
        if claims.generation == row.generation {
            try session.execute(
                """
                UPDATE heaper_sessions SET generation = generation + 1, rotated_at = \(now), expires_at = \(end)
                WHERE id = \(claims.session)
                """
            )
            return .given(generation: row.generation + 1, from: now)
        }
        if claims.generation == row.generation - 1, now <= row.rotatedAt.advanced(by: grace) {
            return .given(generation: row.generation, from: row.rotatedAt)
        }
        try session.execute("DELETE FROM heaper_sessions WHERE id = \(claims.session)")
        return .revoked
    }

    private func sign(
        _ user: UserID,
        _ session: String,
        generation: Int64,
        refreshFrom start: Timestamp
    ) async throws -> Tokens {
        func claims(_ kind: Kind) -> [JSONValue.Member] {
            [
                .init("sub", .string(user.text)), .init("sid", .string(session)), .init("typ", .string(kind.rawValue)),
                .init("gen", .integer(generation)),
            ]
        }
        return Tokens(
            access: try await tokens.sign(claims(.access), life: settings.accessTokenLife),
            refresh: try await tokens.sign(claims(.refresh), from: start, life: settings.refreshTokenLife)
        )
    }

    private func claims(of token: String, _ kind: Kind) async throws -> Claims {
        guard let claims = try? await verified.claims(of: token), claims["typ"] == .string(kind.rawValue),
            case .string(let subject)? = claims["sub"], let user = UserID(subject),
            case .string(let session)? = claims["sid"], case .integer(let generation)? = claims["gen"],
            case .integer(let end)? = claims["exp"]
        else { throw HeaperError.invalidToken }
        return Claims(user: user, session: session, generation: generation, end: .init(milliseconds: end * 1000))
    }
}
