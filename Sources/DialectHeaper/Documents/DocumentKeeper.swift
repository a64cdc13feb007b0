import CofferCore
import ServiceLifecycle

/// What happens to documents by itself: logs are compacted, rows brought up to date, idle documents closed, awareness
/// expires.
struct DocumentKeeper: Service {
    static let tidyInterval = Duration.seconds(5)

    static let projectionDelay = Duration.milliseconds(200)

    let hub: DocumentHub
    let work: BackgroundWork

    func run() async throws {
        await work.untilShutdown {
            try await withThrowingDiscardingTaskGroup { group in
                group.addTask { try await self.keepCompacting() }
                group.addTask { try await self.keepProjecting() }
                group.addTask { try await self.keepTidy() }
            }
        }
    }

    /// Puts states in place of the logs that wait for it.
    func compact() async {
        for block in hub.compactions.takeAll() {
            await work.attempt("compaction") { try await hub.using(block) { try await $0.compact() } }
        }
    }

    /// Closes idle documents, removes states of awareness that nobody renewed, and has projections that failed tried again.
    func tidy() async {
        for block in hub.failedProjections.takeAll() { hub.projections.add(block) }
        hub.closeIdle()
        await hub.expireAwareness()
        await work.attempt("keep stamp") {
            try await hub.around.log.stamps.keepPromise(in: hub.around.log.database)
        }
    }

    private func keepCompacting() async throws {
        while !Task.isCancelled {
            await hub.compactions.signal.wait()
            await compact()
        }
    }

    /// Brings rows up to date that wait for it.
    func project() async {
        await work.attempt("projection") { try await hub.project(Array(hub.projections.takeAll())) }
    }

    private func keepProjecting() async throws {
        // What an earlier process did not get to.
        await work.attempt("projection") { try await hub.project(try await hub.around.log.behind()) }
        while !Task.isCancelled {
            await hub.projections.signal.wait()
            try await work.rest(Self.projectionDelay)
            await project()
        }
    }

    private func keepTidy() async throws {
        while !Task.isCancelled {
            try await work.rest(Self.tidyInterval)
            await tidy()
        }
    }
}
