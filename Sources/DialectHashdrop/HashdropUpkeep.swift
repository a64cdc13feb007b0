import CofferCore
import ServiceLifecycle

/// What Hashdrop does beside its routes: ends uploads that nobody completed, forgets what is over, and erases the objects
/// that could not be erased at once.
struct HashdropUpkeep: Service {
    private static let interval: Duration = .seconds(60)

    let files: FileStore
    /// Nil where bytes lie in the blob store, which the sweeper looks after.
    let bucket: BucketObjects?
    let work: BackgroundWork

    func run() async throws {
        await work.untilShutdown {
            await work.attempt("recount") { try await files.recount() }
            while true {
                let start = work.clock.now
                await work.attempt("tidy") { try await files.tidy() }
                await work.attempt("erase objects") { try await bucket?.eraseDue() }
                try await work.rest(Self.interval, since: start)
            }
        }
    }
}
