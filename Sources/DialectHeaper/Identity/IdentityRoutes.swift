import CofferCore
import CofferHTTP

/// The routes of instance and identity, in the reference's order.
struct IdentityRoutes {
    let all: [Route]

    init(_ parts: IdentityParts, gates: HeaperGates, counters: RealtimeCounters, version: String) {
        let create = CreateSessionRoute(challenges: parts.login.challenges, limits: parts.limits)
        let session = VerifySessionRoute(
            login: parts.login,
            limits: parts.limits,
            name: parts.settings.name,
            version: version
        )
        all = [
            .post("/api/auth/create_session", use: parts.limits.limited(create.handle)),
            .post("/api/auth/verify_session", use: parts.limits.limited(session.handle)),
        ]
    }
}
