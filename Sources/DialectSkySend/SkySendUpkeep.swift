import CofferCore
import Logging
import ServiceLifecycle

/// What SkySend does beside its routes: renews the key of the quota, forgets old logouts, and looks for the provider.
struct SkySendUpkeep: Service {
    private static let longestWait: Duration = .seconds(3600)

    let quota: ClientQuota
    let sessions: LoginSessions?
    let provider: OIDCProvider?
    let clock: any WallClock
    let logger: Logger

    func run() async throws {
        // Everything here may be cut short: what is not done now is done after the next start.
        try? await cancelWhenGracefulShutdown {
            await attempt { try await quota.recover() }
            await discover()
            while true {
                var next = clock.now.advanced(by: Self.longestWait)
                if let end = try? await quota.forgetOldKey() { next = min(next, end) }
                await attempt { try await sessions?.forgetOldLogouts() }
                try await clock.sleep(until: next)
            }
        }
    }

    private func discover() async {
        guard let provider else { return }
        do {
            _ = try await provider.endpoints()
        } catch {
            logger.warning("identity provider not reached; logins will try again", metadata: ["error": "\(error)"])
        }
    }

    private func attempt(_ body: () async throws -> Void) async {
        do {
            try await body()
        } catch {
            logger.error("background work failed", metadata: ["work": "skysend", "error": "\(error)"])
        }
    }
}
