import CofferCore
import Logging
import ServiceLifecycle

/// Frees deleted heaps when their grace is over, and forgets old markers.
struct HeapUpkeep: Service {
    static let interval = Duration.seconds(3600)

    let heaps: HeapStore
    let blocks: BlockStore
    let contents: ContentStore
    let settings: HeapSettings
    let clock: any WallClock
    let logger: Logger

    func run() async throws {
        // Everything here may be cut short: what is not done now is done after the next start.
        try? await cancelWhenGracefulShutdown {
            while true {
                do { try await work() } catch is CancellationError {} catch {
                    logger.error("background work failed", metadata: ["work": "heaper heaps", "error": "\(error)"])
                }
                try await clock.sleep(until: clock.now.advanced(by: Self.interval))
            }
        }
    }

    func work() async throws {
        try await heaps.free(before: clock.now.advanced(by: .zero - settings.grace), contents: contents)
        while try await blocks.pruneMarkers() > 0 {}
    }
}
