import CofferCore
import CofferHTTP

/// The routes of accounts and tokens.
struct AccountRoutes {
    /// In the reference's order.
    let all: [Route]
    /// The last but one of the reference.
    let reset: Route

    init(_ settings: HashdropSettings, _ parts: AccountParts, gates: HashdropGates) {
        let register = RegisterRoute(registration: parts.registration)
        let verify = VerifyRoute(accounts: parts.store, digests: parts.digests)
        let login = LoginRoute(
            passwords: parts.passwords,
            accessTokens: parts.accessTokens,
            refreshTokens: parts.refreshTokens
        )
        let refresh = RefreshRoute(accessTokens: parts.accessTokens, refreshTokens: parts.refreshTokens)
        let revoke = RevokeRoute(refreshTokens: parts.refreshTokens)
        all = [
            .post("/api/user/register", use: gates.open(.register, register.handle)),
            .patch("/api/user/verify", use: gates.open(.credentials, verify.handle)),
            .post("/api/user/login", use: gates.open(.credentials, login.handle)),
            .delete("/api/user", use: Self.delete(settings, parts, gates)),
            .post("/api/token/refresh", use: gates.open(.tokens, refresh.handle)),
            .post("/api/token/revoke", use: gates.open(.tokens, revoke.handle)),
        ]
        let reset = ResetRoute(ends: parts.ends)
        self.reset = .delete(
            "/admin/reset",
            use: settings.isDevelopment ? gates.open(.reset, reset.handle) : ResetRoute.refuse
        )
    }

    private static func delete(
        _ settings: HashdropSettings,
        _ parts: AccountParts,
        _ gates: HashdropGates
    ) -> Route.Handler {
        let delete = DeleteUserRoute(
            passwords: parts.passwords,
            ends: parts.ends,
            bearer: BearerGuard(accounts: parts.accessTokens)
        )
        return settings.deletesAccountsWithoutToken
            ? gates.open(.credentials, delete.handleWithoutToken) : gates.account(.credentials, delete.handle)
    }
}
