import CofferCore
import CofferHTTP

/// Who may have an account, and for how long a login lasts.
struct IdentitySettings: Sendable {
    /// What becomes of keys that come after the first one, which is the administrator's.
    enum Policy: String, CaseIterable, Sendable {
        /// They wait until an administrator approves them.
        case approval
        /// They may come in.
        case open
        /// They are refused.
        case closed
    }

    /// The name of this instance, as clients show it.
    var name: String
    var policy: Policy
    var accessTokenLife: Duration
    var refreshTokenLife: Duration
    /// Of all requests to `/api/auth/`: for one client address, and for one key.
    var addressLimit: RateLimit
    var keyLimit: RateLimit

    init(_ settings: SettingsGroup) throws {
        name = try settings.text("name", default: "coffer")
        let policies = Policy.allCases.map(\.rawValue).joined(separator: ", ")
        policy = try settings.parsed("registration", default: .approval, expectation: "one of \(policies)") {
            Policy(rawValue: $0)
        }
        accessTokenLife = .seconds(try settings.integer("access_token_seconds", default: 3600, in: 10...86_400))
        refreshTokenLife = .seconds(86_400 * (try settings.integer("refresh_token_days", default: 30, in: 1...3650)))
        let isLimited = try settings.flag("rate_limits", default: true)
        let address = try Self.limit(settings, "limit_auth", default: "10/minute")
        let key = try Self.limit(settings, "limit_auth_key", default: "30/minute")
        addressLimit = isLimited ? address : .off
        keyLimit = isLimited ? key : .off
    }

    private static func limit(_ settings: SettingsGroup, _ name: String, default fallback: String) throws -> RateLimit {
        try settings.parsed(name, default: try RateLimit(parsing: fallback), expectation: "limits such as 10/minute") {
            try RateLimit(parsing: $0)
        }
    }
}
