import CofferCore
import Synchronization

/// Unix milliseconds that strictly increase over the whole server, across restarts and clocks that are set back.
///
/// The newest stamp is a row of the database, raised in the transaction that stores what was stamped: stamps become visible
/// in their order, and the row outlives the blocks that had them.
final class StampSource: Sendable {
    private struct State {
        /// No stamp that is drawn from now on is as low as this one.
        var promised: Int64 = 0
        /// The highest that was drawn, whether or not its transaction is over.
        var drawn: Int64 = 0
        /// How many are being drawn just now.
        var drawing = 0
    }

    private let clock: any WallClock
    private let state = Mutex(State())

    init(clock: any WallClock) {
        self.clock = clock
    }

    /// The next stamp; call it inside the write transaction that stores it.
    func next(in session: any SQLSession) throws -> Timestamp {
        let now = clock.now.milliseconds
        let least = state.withLock { state in
            state.drawing += 1
            return max(now, state.promised + 1)
        }
        defer { state.withLock { $0.drawing -= 1 } }
        let drawn = try session.first(
            """
            UPDATE heaper_stamps SET newest = CASE WHEN newest < \(least) THEN \(least) ELSE newest + 1 END
            WHERE id = 1 RETURNING newest
            """
        ) { $0.time(0) }
        guard let drawn else { throw StorageError.unavailable("the newest stamp is missing") }
        state.withLock { $0.drawn = max($0.drawn, drawn.milliseconds) }
        return drawn
    }

    /// Where a reader of changes stands; made before the ``Database/snapshot(_:)`` in which the changes are read.
    struct Horizon: Sendable {
        fileprivate let promised: Int64
        fileprivate let drawn: Int64

        /// The time of the server to tell with the changes: everything that was stamped up to it is in this snapshot, and
        /// everything that will be stamped is later.
        ///
        /// It is the present, or the newest committed stamp while a later one may still become visible.
        func serverTime(in session: any SQLSession) throws -> Timestamp {
            let newest = try StampSource.newest(in: session)
            return newest.milliseconds < drawn ? newest : max(newest, Timestamp(milliseconds: promised))
        }
    }

    func horizon() -> Horizon {
        let now = clock.now.milliseconds
        return state.withLock { state in
            state.promised = max(state.promised, now)
            return Horizon(promised: state.promised, drawn: state.drawing > 0 ? .max : state.drawn)
        }
    }

    /// The newest stamp that was committed; no lower one will ever be.
    static func newest(in session: any SQLSession) throws -> Timestamp {
        try session.first("SELECT newest FROM heaper_stamps WHERE id = 1") { $0.time(0) } ?? Timestamp(milliseconds: 0)
    }

    /// Keeps what horizons promised across a restart with a clock that was set back.
    func keepPromise(in database: any Database) async throws {
        let promised = state.withLock { $0.promised }
        guard try await database.read({ try Self.newest(in: $0) }).milliseconds < promised else { return }
        _ = try await database.write { session in
            try session.execute("UPDATE heaper_stamps SET newest = \(promised) WHERE id = 1 AND newest < \(promised)")
        }
    }
}
