import CofferCore
import Logging
import ServiceLifecycle

/// Forgets what of accounts is over, every ten minutes.
struct AccountUpkeep: Service {
    private static let interval: Duration = .seconds(600)

    let accounts: AccountStore
    let clock: any WallClock
    let logger: Logger

    func run() async throws {
        // It may be cut short: what is not done now is done after the next start.
        try? await cancelWhenGracefulShutdown {
            while true {
                do {
                    try await accounts.sweep()
                } catch {
                    logger.error("background work failed", metadata: ["work": "hashdrop", "error": "\(error)"])
                }
                try await clock.sleep(until: clock.now.advanced(by: Self.interval))
            }
        }
    }
}
