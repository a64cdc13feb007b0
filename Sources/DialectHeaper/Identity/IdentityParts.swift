import CofferCore
import CofferHTTP

/// What the routes of identity share, made once.
struct IdentityParts: Sendable {
    let settings: IdentitySettings
    let keys: ServerKeys
    let users: UserStore
    let sessions: Sessions
    let sessionEnds: SessionEnds
    let login: Login
    let limits: AuthLimits
    let instance: Instance

    /// - Throws: ``StorageError`` when the database does not give the keys.
    init(_ settings: IdentitySettings, _ needs: ServerParts) async throws {
        let (database, clock, random) = (needs.database, needs.clock, needs.random)
        self.settings = settings
        keys = try await ServerKeys(database, random: random)
        sessionEnds = SessionEnds(clock: clock)
        users = UserStore(
            database: database,
            policy: settings.policy,
            ends: sessionEnds,
            clock: clock,
            random: random
        )
        let tokens = try await AccessToken(seed: keys.tokenSeed, keyName: try keys.tokenKeyName, clock: clock)
        sessions = Sessions(
            tokens: tokens,
            verified: VerifiedTokens(tokens: tokens, clock: clock),
            settings: settings,
            database: database,
            ends: sessionEnds,
            clock: clock,
            random: random
        )
        login = Login(
            challenges: Challenges(serverKey: keys.publicKey, clock: clock, random: random),
            users: users,
            sessions: sessions,
            keys: keys
        )
        instance = Instance(name: settings.name, version: needs.version, publicKey: keys.publicKey)
        limits = AuthLimits(settings, counters: needs.counters, clock: clock)
    }
}
