import CofferCore
import CofferHTTP

/// The route table, in the reference's order.
struct HashdropRoutes {
    let all: [Route]

    init(_ settings: HashdropSettings, gates: HashdropGates) {
        let health = HealthRoute()
        let version = VersionRoute(version: settings.compatibleVersion)
        all =
            Self.read("/api/healthz", gates.open(.health, health.handle))
            + Self.read("/api/cli/version", gates.open(.version, version.handle))
    }

    /// `GET`, and `HEAD` in the same manner.
    private static func read(_ template: String, _ handler: @escaping Route.Handler) -> [Route] {
        [.get(template, use: handler), .head(template, use: handler)]
    }
}
