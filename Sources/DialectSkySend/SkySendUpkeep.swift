import CofferCore
import Logging
import ServiceLifecycle

/// What SkySend does beside its routes: renews the key of the quota, forgets old logouts, and looks for the provider.
struct SkySendUpkeep: Service {
    private static let longestWait: Duration = .seconds(3600)

    let quota: ClientQuota
    let sessions: LoginSessions?
    let provider: OIDCProvider?
    let work: BackgroundWork
    let logger: Logger

    func run() async throws {
        await work.untilShutdown {
            await work.attempt("quota") { try await quota.recover() }
            await discover()
            while true {
                var next = work.clock.now.advanced(by: Self.longestWait)
                if let end = try? await quota.forgetOldKey() { next = min(next, end) }
                await work.attempt("sessions") { try await sessions?.forgetOldLogouts() }
                try await work.clock.sleep(until: next)
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
}
