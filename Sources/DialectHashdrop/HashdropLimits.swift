import CofferCore
import CofferHTTP

/// Routes that share a rate limit.
enum LimitGroup: String, CaseIterable, Sendable {
    case register, credentials, tokens, presign, complete, list, details, download, version, health, reset

    /// For one client or account, and for all of them together.
    ///
    /// Averages and bursts are those of the contract, section 8, with two exceptions. Presign and complete do not share
    /// a limit, because every complete follows a presign at once. And one account may begin ten uploads in a row.
    var defaults: (own: String, shared: String) {
        switch self {
        case .register: ("3/hour", "100/hour")
        case .credentials: ("5 per 100 seconds", "30 per 3 seconds")
        case .tokens: ("5 per 5 seconds", "30 per 3 seconds")
        case .presign: ("10 per 50 seconds", "40 per 2 seconds")
        case .complete: ("20 per 50 seconds", "40 per 2 seconds")
        case .list: ("10 per 2 seconds", "100 per 5 seconds")
        case .details: ("5 per 1 second", "100 per 5 seconds")
        case .download: ("10/hour", "60 per 2 seconds")
        case .version: ("20 per 2 seconds", "100 per 2 seconds")
        case .health: ("off", "10 per 2 seconds")
        case .reset: ("off", "1 per 30 seconds")
        }
    }
}

/// The rate limits in force.
struct LimitSettings: Sendable {
    /// Empty when limits are off.
    var own: [LimitGroup: RateLimit] = [:]
    var shared: [LimitGroup: RateLimit] = [:]

    init(_ settings: SettingsGroup) throws {
        let isOn = try settings.flag("rate_limits", default: true)
        for group in LimitGroup.allCases {
            let own = try Self.limit(settings, "limit_\(group.rawValue)", group.defaults.own)
            let shared = try Self.limit(settings, "limit_\(group.rawValue)_total", group.defaults.shared)
            guard isOn else { continue }
            self.own[group] = own
            self.shared[group] = shared
        }
    }

    private static func limit(_ settings: SettingsGroup, _ name: String, _ fallback: String) throws -> RateLimit {
        try settings.parsed(
            name,
            default: RateLimit(parsing: fallback),
            expectation: "a rate limit such as 30/hour, or off"
        ) { try RateLimit(parsing: $0) }
    }
}
