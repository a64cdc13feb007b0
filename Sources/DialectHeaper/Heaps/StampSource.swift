import CofferCore
import Synchronization

/// Unix milliseconds that strictly increase over the whole server, across restarts too.
///
/// A stamp is drawn inside the write transaction that stores it, so stamps become visible in their order.
final class StampSource: Sendable {
    private let clock: any WallClock
    private let last: Mutex<Int64>

    /// `newest`: the largest stamp that was ever stored.
    init(newest: Int64, clock: any WallClock) {
        last = Mutex(newest)
        self.clock = clock
    }

    /// The next stamp; call it only inside a write transaction.
    func next() -> Timestamp {
        let now = clock.now.milliseconds
        return last.withLock { last in
            last = max(now, last + 1)
            return Timestamp(milliseconds: last)
        }
    }
}
