package import CofferCore

/// Applies a ``RateLimit`` to each client on its own, in fixed windows.
///
/// A window opens with the first hit and admits `maxHits` of them. Hits that are refused count too, in every rule.
package struct RateLimiter: Sendable {
    private let rules: [RateLimitRule]
    private let windows: [Duration]
    private let store: any CounterStore
    private let clock: any WallClock

    package init(_ limit: RateLimit, store: any CounterStore, clock: any WallClock) {
        rules = limit.rules
        windows = limit.rules.map(\.window)
        self.store = store
        self.clock = clock
    }

    /// Counts one hit of a client and tells whether it is admitted.
    ///
    /// `scope` is what is limited, such as a route's name; unique over all dialects.
    @discardableResult
    package func hit(_ scope: String, by client: ClientAddress) async -> RateLimitOutcome {
        await hit(scope, byIdentity: client.limitKey)
    }

    /// Tells how a hit of a client would fare now, without counting it.
    package func peek(_ scope: String, by client: ClientAddress) async -> RateLimitOutcome {
        await peek(scope, byIdentity: client.limitKey)
    }

    /// Counts one hit of something other than an address, such as a session or a public key.
    @discardableResult
    package func hit(_ scope: String, byIdentity identity: String) async -> RateLimitOutcome {
        guard !rules.isEmpty else { return .unlimited }
        let now = clock.now
        let key = CounterKey(.rate, scope: scope, client: identity)
        let counters = await store.increment(key, windows: windows, at: now)
        return outcome(counters, at: now) { counter, rule in counter.count <= rule.maxHits }
    }

    /// Tells how a hit of something other than an address would fare now, without counting it.
    package func peek(_ scope: String, byIdentity identity: String) async -> RateLimitOutcome {
        guard !rules.isEmpty else { return .unlimited }
        let now = clock.now
        let key = CounterKey(.rate, scope: scope, client: identity)
        let counters = await store.read(key, windows: windows, at: now)
        return outcome(counters, at: now) { counter, rule in counter.count < rule.maxHits }
    }

    /// Reports the rule that matters: refused, the one that refuses longest; admitted, the one with the fewest hits
    /// left.
    private func outcome(
        _ counters: [Counter],
        at now: Timestamp,
        admits: (Counter, RateLimitRule) -> Bool
    ) -> RateLimitOutcome {
        var refusing: RateLimitOutcome.Quota?
        var tightest: RateLimitOutcome.Quota?
        for (counter, rule) in zip(counters, rules) {
            let quota = RateLimitOutcome.Quota(
                rule: rule,
                remaining: max(0, rule.maxHits - counter.count),
                reset: counter.expiry
            )
            if !admits(counter, rule), quota.reset > refusing?.reset ?? now { refusing = quota }
            if quota.remaining < tightest?.remaining ?? .max { tightest = quota }
        }
        if let refusing {
            return RateLimitOutcome(quota: refusing, retryAfterSeconds: now.retryAfterSeconds(until: refusing.reset))
        }
        return RateLimitOutcome(quota: tightest, retryAfterSeconds: nil)
    }
}

/// How a request fared with a rate limit.
package struct RateLimitOutcome: Hashable, Sendable {
    /// The state of one rule, for response headers.
    package struct Quota: Hashable, Sendable {
        package let rule: RateLimitRule
        /// Hits that the window still admits, 0 or more.
        package let remaining: Int
        /// The end of the window.
        package let reset: Timestamp

        /// Hits that a whole window admits.
        package var limit: Int { rule.maxHits }
    }

    static let unlimited = RateLimitOutcome(quota: nil, retryAfterSeconds: nil)

    /// The rule that refused, or else the one with the fewest hits left; nil when there is no limit.
    package let quota: Quota?

    /// Seconds until a hit can be admitted again, rounded up, 1 or more; nil when this one was admitted.
    package let retryAfterSeconds: Int?

    package var isAllowed: Bool { retryAfterSeconds == nil }
}

extension Timestamp {
    /// The value of `Retry-After`: whole seconds from here to `end`, rounded up, 1 or more.
    package func retryAfterSeconds(until end: Timestamp) -> Int {
        let milliseconds = end.milliseconds - self.milliseconds
        return max(1, Int(milliseconds / 1000 + (milliseconds % 1000 > 0 ? 1 : 0)))
    }
}
