import Glibc

/// Tells the time of day, and waits for it.
///
/// Everything that compares with a stored time asks a `WallClock`, so that tests can move time by hand.
package protocol WallClock: Sendable {
    var now: Timestamp { get }

    /// Returns once `now` has reached `deadline`.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    func sleep(until deadline: Timestamp) async throws
}

/// The clock of the machine.
package struct SystemWallClock: WallClock {
    package init() {}

    package var now: Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    package func sleep(until deadline: Timestamp) async throws {
        // The wall clock may be set back or forward while we wait: look again at least once a minute.
        while true {
            let left = now.duration(to: deadline)
            guard left > .zero else { return }
            try await Task.sleep(for: min(left, .seconds(60)))
        }
    }
}
