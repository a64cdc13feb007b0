import CofferCore
import CofferHTTP

/// What the routes of accounts share, made once.
struct AccountParts: Sendable {
    let store: AccountStore
    let digests: AccountDigests
    let passwords: Passwords
    let accessTokens: AccessTokens
    let refreshTokens: RefreshTokens
    let registration: Registration
    let ends: AccountEnds

    init(
        _ settings: AccountSettings,
        _ needs: ServerParts,
        secrets: HashdropSecrets,
        accessTokens: AccessTokens,
        files: FileStore,
        objects: any ObjectPlace
    ) {
        let (database, clock, random) = (needs.database, needs.clock, needs.random)
        digests = AccountDigests(secrets)
        store = AccountStore(database: database, settings: settings, clock: clock)
        passwords = Passwords(hasher: needs.passwords, accounts: store)
        self.accessTokens = accessTokens
        refreshTokens = RefreshTokens(
            database: database,
            digests: digests,
            life: settings.refreshTokenLife,
            clock: clock,
            random: random
        )
        registration = Registration(
            accounts: store,
            passwords: passwords,
            digests: digests,
            mailer: needs.mailer,
            settings: settings,
            clock: clock,
            random: random,
            logger: needs.logger
        )
        ends = AccountEnds(accounts: store, files: files, objects: objects)
    }
}
