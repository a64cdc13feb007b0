import CofferCore
import CofferHTTP
import Synchronization

/// What live synchronization does, in numbers, as `GET /api/health` shows it.
///
/// Connections, documents, subscriptions and pending stores are what there is now; the others count since the start.
final class RealtimeCounters: Sendable {
    let connections = Counter()
    let documents = Counter()
    let subscriptions = Counter()
    let framesIn = Counter()
    let framesOut = Counter()
    let bytesIn = Counter()
    let bytesOut = Counter()
    let updatesApplied = Counter()
    let updatesRejected = Counter()
    let authDenied = Counter()
    /// Updates that were taken and are not durable yet.
    let pendingStores = Counter()

    private let clock: any WallClock
    private let start: Timestamp

    /// One number, changed from any thread.
    final class Counter: Sendable {
        private let count = Atomic<Int>(0)

        /// A negative number takes away.
        func add(_ difference: Int = 1) { count.wrappingAdd(difference, ordering: .relaxed) }
        var value: Int { count.load(ordering: .relaxed) }
    }

    init(clock: any WallClock) {
        self.clock = clock
        start = clock.now
    }

    var uptimeMilliseconds: Int64 { max(0, clock.now.milliseconds - start.milliseconds) }

    var members: [JSONValue.Member] {
        let counters = [
            ("connections", connections), ("documents", documents), ("subscriptions", subscriptions),
            ("frames_in", framesIn), ("frames_out", framesOut), ("bytes_in", bytesIn), ("bytes_out", bytesOut),
            ("updates_applied", updatesApplied), ("updates_rejected", updatesRejected), ("auth_denied", authDenied),
            ("pending_stores", pendingStores),
        ]
        return counters.map { .init($0, .integer($1.value)) } + [.init("uptime_ms", .integer(uptimeMilliseconds))]
    }
}
