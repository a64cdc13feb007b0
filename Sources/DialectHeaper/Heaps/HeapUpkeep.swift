import CofferCore
import Logging
import ServiceLifecycle

/// Frees deleted heaps when their grace is over, forgets old markers, and checks the counts at each start.
struct HeapUpkeep: Service {
    static let interval = Duration.seconds(3600)

    let heaps: HeapStore
    let blocks: BlockStore
    let contents: ContentStore
    let settings: HeapSettings
    let work: BackgroundWork
    let logger: Logger

    func run() async throws {
        await work.untilShutdown { try await checkCounts() }
        await work.repeat(every: Self.interval) { try await tidy() }
    }

    func checkCounts() async throws {
        let wrong = try await BlockCounts.repair(blocks.database)
        guard !wrong.isEmpty else { return }
        logger.warning("counts of blocks were wrong", metadata: ["heaps": "\(wrong.map(\.text))"])
    }

    func tidy() async throws {
        try await heaps.free(before: work.clock.now.advanced(by: .zero - settings.grace), contents: contents)
        while try await blocks.pruneMarkers() > 0 {}
    }
}
