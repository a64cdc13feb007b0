import CofferCore
import CofferHTTP
import Crypto
import HTTPTypes
import Hummingbird

/// The sessions of people who have logged in, and the short memory of logins under way.
///
/// Both are signed with one secret; neither passes for the other, because each must have claims that the other has not.
/// A session is a signed token that only ends by time or by a logout, which is remembered until the token's time is over.
struct LoginSessions: Sendable {
    static let cookie = "skysend-auth"
    static let loginCookie = "skysend-pkce"
    static let loginSeconds: Int64 = 300

    /// Who is logged in.
    struct Person: Equatable, Sendable {
        let subject: String
        let name: String
        let email: String
    }

    /// What the callback must know of the login that led to it.
    struct Login: Equatable, Sendable {
        let state: String
        let nonce: String
        let codeVerifier: String
        let cliCallback: String?
    }

    enum Failure: Error { case invalid }

    static let migrations = [
        Migration(
            module: "skysend",
            name: "003-revoked-sessions",
            statements: [
                "CREATE TABLE skysend_revoked (token BYTEA PRIMARY KEY NOT NULL, expires_at BIGINT NOT NULL)"
            ]
        )
    ]

    let life: Duration
    private let tokens: AccessToken
    private let database: any Database
    private let clock: any WallClock
    private let random: any RandomSource

    init(
        _ settings: OIDCSettings,
        database: any Database,
        clock: any WallClock,
        random: any RandomSource
    ) async {
        let secret = settings.sessionSecret ?? random.hex(byteCount: 32)
        life = settings.sessionLife
        tokens = await AccessToken(secret: secret, clock: clock)
        self.database = database
        self.clock = clock
        self.random = random
    }

    // MARK: Logins under way

    func newLogin(cliCallback: String?) -> Login {
        func secret() -> String { Base64.encodeURL(random.bytes(32)) }
        return Login(state: secret(), nonce: secret(), codeVerifier: secret(), cliCallback: cliCallback)
    }

    func sign(_ login: Login) async throws -> String {
        var claims: [JSONValue.Member] = [
            .init("state", .string(login.state)),
            .init("nonce", .string(login.nonce)),
            .init("codeVerifier", .string(login.codeVerifier)),
        ]
        if let callback = login.cliCallback { claims.append(.init("cliCallback", .string(callback))) }
        return try await tokens.sign(claims, life: .seconds(Self.loginSeconds))
    }

    /// - Throws: ``Failure/invalid``.
    func login(_ token: String) async throws -> Login {
        guard let claims = try? await tokens.verify(token), case .string(let state)? = claims["state"],
            case .string(let nonce)? = claims["nonce"], case .string(let verifier)? = claims["codeVerifier"]
        else { throw Failure.invalid }
        var callback: String?
        if case .string(let url)? = claims["cliCallback"] { callback = url }
        return Login(state: state, nonce: nonce, codeVerifier: verifier, cliCallback: callback)
    }

    // MARK: Sessions

    func sign(_ person: Person) async throws -> String {
        try await tokens.sign(
            [
                .init("sub", .string(person.subject)),
                .init("name", .string(person.name)),
                .init("email", .string(person.email)),
                // Two sessions of one second must not be one.
                .init("jti", .string(random.hex(byteCount: 16))),
            ],
            life: life
        )
    }

    /// The token of a request: the cookie first, then `Authorization: Bearer`.
    static func token(of request: Request) -> String? {
        if let cookie = Cookies(request.headers)[cookie], !cookie.isEmpty { return cookie }
        let words = (request.headers[.authorization] ?? "").split(separator: " ", maxSplits: 1)
        guard words.count == 2, words[0].lowercased() == "bearer" else { return nil }
        return String(words[1])
    }

    /// Who a token stands for.
    ///
    /// - Throws: ``Failure/invalid``; ``StorageError``.
    func person(_ token: String) async throws -> Person {
        guard let claims = try? await tokens.verify(token), case .string(let subject)? = claims["sub"],
            case .string(let name)? = claims["name"], case .string(let email)? = claims["email"]
        else { throw Failure.invalid }
        let digest = Self.digest(token)
        let isRevoked = try await database.read { session in
            try session.first("SELECT 1 FROM skysend_revoked WHERE token = \(digest)") { _ in true } ?? false
        }
        guard !isRevoked else { throw Failure.invalid }
        return Person(subject: subject, name: name, email: email)
    }

    /// Ends a session for good; a token that is none is left alone.
    func revoke(_ token: String) async throws {
        guard let claims = try? await tokens.verify(token), case .integer(let end)? = claims["exp"] else { return }
        let digest = Self.digest(token)
        let expiresAt = Timestamp(milliseconds: end * 1000)
        try await database.write { session in
            _ = try session.execute(
                """
                INSERT INTO skysend_revoked (token, expires_at) VALUES (\(digest), \(expiresAt))
                ON CONFLICT (token) DO NOTHING
                """
            )
        }
    }

    /// Forgets logouts of tokens whose time is over.
    func forgetOldLogouts() async throws {
        let now = clock.now
        try await database.write { _ = try $0.execute("DELETE FROM skysend_revoked WHERE expires_at <= \(now)") }
    }

    /// Of what was signed: the signature itself can be written in more than one way.
    private static func digest(_ token: String) -> [UInt8] {
        let signed = token.utf8.prefix(upTo: token.utf8.lastIndex(of: UInt8(ascii: ".")) ?? token.utf8.endIndex)
        return Array(SHA256.hash(data: Array(signed)))
    }
}

/// Asks for a login in front of the routes that need one.
struct LoginGuard: Sendable {
    let settings: OIDCSettings
    let sessions: LoginSessions

    func requireForFiles(_ request: Request) async throws {
        if settings.protectsFiles { try await require(request) }
    }

    func requireForNotes(_ request: Request) async throws {
        if settings.protectsNotes { try await require(request) }
    }

    private func require(_ request: Request) async throws {
        guard let token = LoginSessions.token(of: request) else { throw SkySendError.loginRequired }
        do {
            _ = try await sessions.person(token)
        } catch is LoginSessions.Failure {
            throw SkySendError.sessionInvalid
        }
    }
}
