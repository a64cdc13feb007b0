import CofferHTTP

/// Blocks clients that guess keys; the three key routes share it.
struct KeyGuard: Sendable {
    private static let scope = "ravenzero.keys"

    let lockout: FailureLockout

    /// - Throws: ``RavenZeroError/blocked(_:retryAfter:)``.
    func check(_ context: CofferContext, _ action: RavenZeroError.Action) async throws {
        guard let end = await lockout.block(for: context.client, scope: Self.scope) else { return }
        throw RavenZeroError.blocked(action, retryAfter: lockout.retryAfterSeconds(until: end))
    }

    /// Counts a request for a key that does not exist; the one that sets the block still gets its own answer.
    func recordFailure(_ context: CofferContext) async {
        _ = await lockout.recordFailure(by: context.client, scope: Self.scope)
    }
}
