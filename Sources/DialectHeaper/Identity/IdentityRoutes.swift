import CofferCore
import CofferHTTP
import HTTPTypes

/// The routes of instance and identity, in the reference's order.
struct IdentityRoutes {
    let all: [Route]

    /// `limits`: what the profile tells of how much may be stored.
    init(
        _ parts: IdentityParts,
        gates: HeaperGates,
        counters: RealtimeCounters,
        limits: FileSettings,
        _ needs: ServerParts
    ) {
        let database = needs.database
        let instance = InstanceRoute(instance: parts.instance, users: parts.users, callers: parts.sessions)
        let health = HealthRoute(instance: parts.instance, counters: counters, database: database)
        let syncHealth = SyncHealthRoute(counters: counters)
        let profile = ProfileRoute(
            users: parts.users,
            usage: UsageStore(database: database),
            limits: [
                "storage_bytes": .integer(limits.storageBytes), "upload_bytes": .integer(limits.uploadBytes),
                "heaps": nil,
            ]
        )
        all =
            [
                .get("/api/", use: instance.handle),
                .get("/api", use: instance.handle),
                .shared(.get, "/api/health", answer: health.answer),
                .shared(.head, "/api/health", answer: health.answer),
            ] + Self.auth(parts) + [
                .post("/api/me", use: gates.caller(profile.handle)),
                .get("/api/me", use: gates.caller(profile.handle)),
                .get("/sync/health", use: syncHealth.handle),
            ] + Self.admin(parts.users, gates)
    }

    private static func auth(_ parts: IdentityParts) -> [Route] {
        let (login, limits) = (parts.login, parts.limits)
        let key = VerifyKeyRoute(login: login, limits: limits)
        let create = CreateSessionRoute(challenges: login.challenges, limits: limits)
        let session = VerifySessionRoute(login: login, limits: limits, instance: parts.instance)
        let refresh = RefreshTokenRoute(sessions: parts.sessions)
        return [
            .post("/api/auth/verify_key", use: limits.limited(key.handle)),
            .post("/api/auth/create_session", use: limits.limited(create.handle)),
            .post("/api/auth/verify_session", use: limits.limited(session.handle)),
            .post("/api/auth/refresh_token", use: limits.limited(refresh.handle)),
        ]
    }

    private static func admin(_ users: UserStore, _ gates: HeaperGates) -> [Route] {
        let pending = UsersRoute(users: users, state: .pending)
        let everybody = UsersRoute(users: users, state: nil)
        let approve = JudgeUserRoute(users: users, verdict: .approved)
        let reject = JudgeUserRoute(users: users, verdict: .rejected)
        return [
            .get("/api/admin/pending-users", use: gates.admin(pending.handle)),
            .get("/api/admin/users", use: gates.admin(everybody.handle)),
            .post("/api/admin/approve_user", use: gates.admin(approve.handle)),
            .post("/api/admin/reject_user", use: gates.admin(reject.handle)),
        ]
    }
}
