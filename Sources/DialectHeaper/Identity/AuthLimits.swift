import CofferCore
import CofferHTTP
import Hummingbird

/// How often one client address and one key may use `/api/auth/`.
struct AuthLimits: Sendable {
    private static let scope = "heaper.auth"

    private let address: RateLimiter
    private let key: RateLimiter

    init(_ settings: IdentitySettings, counters: any CounterStore, clock: any WallClock) {
        address = RateLimiter(settings.addressLimit, store: counters, clock: clock)
        key = RateLimiter(settings.keyLimit, store: counters, clock: clock)
    }

    /// A route that counts for the client's address, before anything of the request is read.
    func limited(_ handler: @escaping Route.Handler) -> Route.Handler {
        { request, context in
            try Self.admit(await address.hit(Self.scope, by: context.client))
            return try await handler(request, context)
        }
    }

    /// Counts for a key.
    ///
    /// - Throws: ``HeaperError/rateLimited(retryAfter:)``.
    func count(_ account: AccountKey) async throws {
        try Self.admit(await key.hit("\(Self.scope).key", byIdentity: account.text))
    }

    private static func admit(_ outcome: RateLimitOutcome) throws {
        if let seconds = outcome.retryAfterSeconds { throw HeaperError.rateLimited(retryAfter: seconds) }
    }
}
