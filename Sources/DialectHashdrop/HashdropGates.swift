import CofferCore
import CofferHTTP
import HTTPTypes
import Hummingbird

/// What stands before every route: who asks, and how often.
///
/// The order is contract, section 1. With a token: token, limit of the account, limit of all, body. Without: limit of the
/// client, limit of all, body.
struct HashdropGates: Sendable {
    /// A handler that knows whose token was sent.
    typealias AccountHandler = @Sendable (Request, CofferContext, AccountID) async throws -> Response

    private let bearer: BearerGuard
    private let own: [LimitGroup: RateLimiter]
    private let shared: [LimitGroup: RateLimiter]

    init(_ limits: LimitSettings, bearer: BearerGuard, counters: any CounterStore, clock: any WallClock) {
        self.bearer = bearer
        func limiters(_ limits: [LimitGroup: RateLimit]) -> [LimitGroup: RateLimiter] {
            limits.mapValues { RateLimiter($0, store: counters, clock: clock) }
        }
        own = limiters(limits.own)
        shared = limiters(limits.shared)
    }

    /// A route for anybody.
    func open(_ group: LimitGroup, _ handler: @escaping Route.Handler) -> Route.Handler {
        { request, context in
            try await limit(group, identity: context.client.limitKey)
            return try await handler(request, context)
        }
    }

    /// A route for whoever sends an access token.
    func account(_ group: LimitGroup, _ handler: @escaping AccountHandler) -> Route.Handler {
        { request, context in
            let account = try await bearer.account(of: request)
            try await limit(group, identity: account.text)
            return try await handler(request, context, account)
        }
    }

    private func limit(_ group: LimitGroup, identity: String) async throws {
        let scope = "hashdrop.\(group.rawValue)"
        if let seconds = await own[group]?.hit(scope, byIdentity: identity).retryAfterSeconds {
            throw HashdropError.rateLimited(retryAfter: seconds)
        }
        if let seconds = await shared[group]?.hit("\(scope).total", byIdentity: "").retryAfterSeconds {
            throw HashdropError.rateLimited(retryAfter: seconds)
        }
    }
}
