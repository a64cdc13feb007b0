import CofferCore
import Logging
import ServiceLifecycle

/// What Hashdrop does beside its routes: ends uploads that nobody completed, forgets what is over, and erases the objects
/// that could not be erased at once.
struct HashdropUpkeep: Service {
    private static let interval: Duration = .seconds(60)

    let files: FileStore
    /// Nil where bytes lie in the blob store, which the sweeper looks after.
    let bucket: BucketObjects?
    let clock: any WallClock
    let logger: Logger

    func run() async throws {
        // Everything here may be cut short: what is not done now is done after the next start.
        try? await cancelWhenGracefulShutdown {
            await attempt("recount") { try await files.recount() }
            while true {
                await attempt("tidy") { try await files.tidy() }
                await attempt("erase objects") { try await bucket?.eraseDue() }
                try await clock.sleep(until: clock.now.advanced(by: Self.interval))
            }
        }
    }

    private func attempt(_ work: String, _ body: () async throws -> Void) async {
        do {
            try await body()
        } catch is CancellationError {
        } catch {
            logger.error("background work failed", metadata: ["work": "hashdrop \(work)", "error": "\(error)"])
        }
    }
}
