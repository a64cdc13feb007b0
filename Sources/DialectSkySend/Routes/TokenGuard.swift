import CofferCore
import CofferHTTP

/// Checks auth tokens and locks out who guesses them, per item and client.
///
/// Source: SkySend contract, section 8.
struct TokenGuard: Sendable {
    private let lockout: FailureLockout

    init(_ settings: SkySendSettings, counters: any CounterStore, clock: any WallClock) {
        lockout = FailureLockout(
            .init(
                maxFailures: settings.passwordMaxAttempts,
                failureWindow: settings.passwordLockout,
                blockDuration: settings.passwordLockout
            ),
            store: counters,
            clock: clock
        )
    }

    private static func scope(_ item: SkySendError.Item, _ id: String) -> String {
        "skysend.\(item == .upload ? "file" : "note"):\(id)"
    }

    /// - Throws: ``SkySendError/locked(retryAfter:)``, for the right token too.
    func requireUnlocked(_ item: SkySendError.Item, _ id: String, _ context: CofferContext) async throws {
        guard let end = await lockout.block(for: context.client, scope: Self.scope(item, id)) else { return }
        throw SkySendError.locked(retryAfter: lockout.retryAfterSeconds(until: end))
    }

    /// Compares a token with the one an item was made with; a wrong one counts, a right one makes good.
    ///
    /// - Throws: ``SkySendError/authTokenFormat``, or `mismatch`.
    func require(
        _ token: String,
        matches auth: TokenDigest,
        of item: SkySendError.Item,
        _ id: String,
        _ context: CofferContext,
        mismatch: SkySendError
    ) async throws {
        let digest = Token.digest(token)
        guard let digest, digest.matches(auth) else {
            let record = await lockout.record(by: context.client, scope: Self.scope(item, id))
            // Parallel guesses may all have been let through; those past the limit learn nothing.
            if record.wasBlocked, let end = record.blockEnd {
                throw SkySendError.locked(retryAfter: lockout.retryAfterSeconds(until: end))
            }
            throw digest == nil ? SkySendError.authTokenFormat : mismatch
        }
        await lockout.reset(for: context.client, scope: Self.scope(item, id))
    }
}
