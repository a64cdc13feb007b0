import CofferCore
import ServiceLifecycle

/// Forgets what of accounts is over, every ten minutes.
struct AccountUpkeep: Service {
    private static let interval: Duration = .seconds(600)

    let accounts: AccountStore
    let work: BackgroundWork

    func run() async throws {
        await work.repeat(every: Self.interval) { try await accounts.sweep() }
    }
}
