package import CofferCore

/// Blocks clients that guess keys or passwords.
///
/// Failures count per scope and client. The one that reaches `maxFailures` starts a block; what fails while it runs
/// is counted but does not lengthen it. The count ends by time or by ``reset(for:scope:)`` only, so when a block ends
/// before the counter does, the next failure starts another.
///
/// A route asks for ``block(for:scope:)`` first and refuses; only what it lets through may be recorded as a failure.
package struct FailureLockout: Sendable {
    package struct Settings: Hashable, Sendable {
        /// Failures that start a block; values below 1 count as 1.
        package var maxFailures: Int
        /// How long failures are remembered, counted from the last one.
        package var failureWindow: Duration
        package var blockDuration: Duration

        package init(maxFailures: Int, failureWindow: Duration, blockDuration: Duration) {
            self.maxFailures = maxFailures
            self.failureWindow = failureWindow
            self.blockDuration = blockDuration
        }
    }

    private let settings: Settings
    private let store: any CounterStore
    private let clock: any WallClock

    package init(_ settings: Settings, store: any CounterStore, clock: any WallClock) {
        self.settings = settings
        self.store = store
        self.clock = clock
    }

    /// Answers until when a client is blocked, or nil if it is not.
    ///
    /// `scope` is what is guarded: a group of routes or one resource; unique over all dialects.
    package func block(for client: ClientAddress, scope: String) async -> Timestamp? {
        await store.blockEnd(of: key(client, scope), at: clock.now)
    }

    /// Counts a failure and answers until when the client is blocked from now on, or nil if it is not.
    @discardableResult
    package func recordFailure(by client: ClientAddress, scope: String) async -> Timestamp? {
        await record(by: client, scope: scope).blockEnd
    }

    /// Counts a failure and tells besides whether it came too late, when others had led to a block already.
    package func record(by client: ClientAddress, scope: String) async -> FailureRecord {
        await store.fail(
            key(client, scope),
            lifetime: settings.failureWindow,
            most: settings.maxFailures,
            blockFor: settings.blockDuration,
            at: clock.now
        )
    }

    /// Forgets the failures and the block of a client, where a success makes good for them.
    package func reset(for client: ClientAddress, scope: String) async {
        await store.remove(key(client, scope))
    }

    /// The value of `Retry-After` for a block: seconds from now, rounded up, 1 or more.
    package func retryAfterSeconds(until end: Timestamp) -> Int {
        clock.now.retryAfterSeconds(until: end)
    }

    private func key(_ client: ClientAddress, _ scope: String) -> CounterKey {
        CounterKey(.failures, scope: scope, client: client.limitKey)
    }
}
