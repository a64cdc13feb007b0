import CofferCore
import CofferHTTP

/// The routes of accounts and tokens, and what they share.
struct AccountRoutes {
    /// In the reference's order.
    let all: [Route]
    /// The last but one of the reference.
    let reset: Route
    let store: AccountStore

    init(
        _ settings: HashdropSettings,
        _ needs: HashdropDialect.Dependencies,
        secrets: HashdropSecrets,
        accessTokens: AccessTokens,
        files: FileStore,
        objects: any ObjectPlace,
        gates: HashdropGates
    ) {
        let database = needs.drops.database
        let digests = AccountDigests(secrets)
        let store = AccountStore(database: database, settings: settings.accounts, clock: needs.clock)
        let passwords = Passwords(hasher: needs.passwords, accounts: store)
        let refreshTokens = RefreshTokens(
            database: database,
            digests: digests,
            life: settings.accounts.refreshTokenLife,
            clock: needs.clock,
            random: needs.random
        )
        let registration = Registration(
            accounts: store,
            passwords: passwords,
            digests: digests,
            mailer: needs.mailer,
            settings: settings.accounts,
            clock: needs.clock,
            random: needs.random,
            logger: needs.logger
        )
        let ends = AccountEnds(accounts: store, files: files, objects: objects)
        let register = RegisterRoute(registration: registration)
        let verify = VerifyRoute(accounts: store, digests: digests)
        let login = LoginRoute(passwords: passwords, accessTokens: accessTokens, refreshTokens: refreshTokens)
        let delete = DeleteUserRoute(passwords: passwords, ends: ends, bearer: BearerGuard(accounts: accessTokens))
        let refresh = RefreshRoute(accessTokens: accessTokens, refreshTokens: refreshTokens)
        let revoke = RevokeRoute(refreshTokens: refreshTokens)
        let reset = ResetRoute(ends: ends)
        all = [
            .post("/api/user/register", use: gates.open(.register, register.handle)),
            .patch("/api/user/verify", use: gates.open(.credentials, verify.handle)),
            .post("/api/user/login", use: gates.open(.credentials, login.handle)),
            .delete(
                "/api/user",
                use: settings.deletesAccountsWithoutToken
                    ? gates.open(.credentials, delete.handleWithoutToken)
                    : gates.account(.credentials, delete.handle)
            ),
            .post("/api/token/refresh", use: gates.open(.tokens, refresh.handle)),
            .post("/api/token/revoke", use: gates.open(.tokens, revoke.handle)),
        ]
        self.reset = .delete(
            "/admin/reset",
            use: settings.isDevelopment ? gates.open(.reset, reset.handle) : ResetRoute.refuse
        )
        self.store = store
    }
}
