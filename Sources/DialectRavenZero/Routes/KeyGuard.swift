import CofferHTTP

/// Blocks clients that guess keys; the three key routes share it.
struct KeyGuard: Sendable {
    private static let scope = "ravenzero.keys"

    let lockout: FailureLockout

    /// The key that the path names, if the client may ask for it.
    ///
    /// - Throws: ``RavenZeroError/noRoute`` for a key with a slash in it, ``RavenZeroError/blocked(_:retryAfter:)``.
    func key(_ context: CofferContext, _ action: RavenZeroError.Action) async throws -> String {
        let key = context.parameters["key"]
        guard !key.utf8.contains(UInt8(ascii: "/")) else { throw RavenZeroError.noRoute }
        guard let end = await lockout.block(for: context.client, scope: Self.scope) else { return key }
        throw RavenZeroError.blocked(action, retryAfter: lockout.retryAfterSeconds(until: end))
    }

    /// Counts a request for a key that does not exist; the one that sets the block still gets its own answer.
    func recordFailure(_ context: CofferContext) async {
        _ = await lockout.recordFailure(by: context.client, scope: Self.scope)
    }
}
