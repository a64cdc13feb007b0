import CofferCore
import ServiceLifecycle

/// Frees deleted heaps when their grace is over, and forgets old markers.
struct HeapUpkeep: Service {
    static let interval = Duration.seconds(3600)

    let heaps: HeapStore
    let blocks: BlockStore
    let contents: ContentStore
    let settings: HeapSettings
    let work: BackgroundWork

    func run() async throws {
        await work.repeat(every: Self.interval) { try await tidy() }
    }

    func tidy() async throws {
        try await heaps.free(before: work.clock.now.advanced(by: .zero - settings.grace), contents: contents)
        while try await blocks.pruneMarkers() > 0 {}
    }
}
