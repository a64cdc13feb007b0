package import Logging
import ServiceLifecycle
import Synchronization

/// Removes what is due, and what nobody owns.
///
/// One service with four loops: drops are deleted when they expire (a timer on the next due time, and a look every
/// minute in case the clock was changed); abandoned admissions are released; stored bytes without a row are removed
/// at start, once more soon after it, and every `reconcileInterval`; and a heartbeat shows that all this is alive.
package final class Sweeper: Service {
    package struct Timing: Sendable {
        package var reconcileInterval: Duration = .seconds(600)
        /// Bytes without a row younger than this may belong to an upload that is about to be recorded.
        package var orphanAge: Duration = .seconds(900)

        /// From the start until everything has arrived that an earlier process had sent to a store elsewhere.
        package var stragglersArrive: Duration = .seconds(30)

        package init() {}
    }

    private static let longestWait: Duration = .seconds(60)
    private static let batch = 200

    private let drops: DropStore
    private let clock: any WallClock
    private let timing: Timing
    private let logger: Logger
    private let work: BackgroundWork
    private let forgetDeletedRows: @Sendable () async throws -> Void
    private let beat: Mutex<Timestamp?> = Mutex(nil)
    private let startedAt: Timestamp

    /// `forgetDeletedRows`: called some time after keys were deleted, to clear the database's log of them.
    package init(
        drops: DropStore,
        clock: any WallClock,
        timing: Timing,
        logger: Logger,
        forgetDeletedRows: @escaping @Sendable () async throws -> Void
    ) {
        self.drops = drops
        self.clock = clock
        self.timing = timing
        self.logger = logger
        work = BackgroundWork("store", clock: clock, logger: logger)
        self.forgetDeletedRows = forgetDeletedRows
        startedAt = clock.now
    }

    /// When the sweeper last showed that it is alive; nil before it runs.
    package var lastBeat: Timestamp? { beat.withLock { $0 } }

    /// Puts right what an earlier process left in the middle; call it once, before the first request.
    package func recover() async throws {
        try await drops.forgetReaders()
    }

    package func run() async throws {
        await work.untilShutdown {
            try await withThrowingDiscardingTaskGroup { group in
                group.addTask { try await self.keepExpiring() }
                group.addTask { try await self.keepReleasing() }
                group.addTask { try await self.keepReconciling() }
                group.addTask { try await self.keepBeating() }
            }
        }
    }

    /// Removes everything that is due now.
    ///
    /// Tests and `run` share it.
    package func sweep() async throws {
        try await drops.releaseInterrupted(at: clock.now)
        var most = Self.batch
        while true {
            do {
                if try await drops.removeDue(at: clock.now, most: most) < most { return }
                most = min(Self.batch, most * 2)
            } catch StorageError.full where most > 1 {
                // Deleting needs room in the database's log: on a full disk there may be some for a few, not for hundreds.
                most /= 2
            }
        }
    }

    /// Removes the bytes that no row knows and that are older than the orphan age.
    package func reconcile() async throws {
        try await reconcile(before: clock.now.advanced(by: .zero - timing.orphanAge))
    }

    private func reconcile(before limit: Timestamp) async throws {
        let found = try await drops.reconcile(before: limit)
        tell(orphans: found.orphansRemoved)
        if found.missing > 0 {
            logger.error("blobs are missing from the store", metadata: ["count": "\(found.missing)"])
        }
    }

    private func keepExpiring() async throws {
        while !Task.isCancelled {
            try await attempt("sweep") { try await self.sweep() }
            let backstop = clock.now.advanced(by: Self.longestWait)
            let next = (try? await drops.nextDue()) ?? nil
            let look = min(next ?? backstop, backstop)
            drops.alarm.plan(look)
            // What became due between the question and the plan wakes us through the alarm only if it asks after.
            if let earlier = (try? await drops.nextDue()) ?? nil, earlier < look { continue }
            try await wait(until: look)
        }
    }

    private func wait(until look: Timestamp) async throws {
        try await withThrowingTaskGroup { group in
            group.addTask { try await self.clock.sleep(until: look) }
            group.addTask { await self.drops.alarm.signal.wait() }
            try await group.next()
            group.cancelAll()
        }
    }

    private func keepReleasing() async throws {
        while !Task.isCancelled {
            await drops.abandoned.signal.wait()
            for release in drops.abandoned.takeAll() {
                try await attempt("release") {
                    do {
                        try await self.drops.release(release.ticket, refund: release.refund)
                    } catch {
                        self.drops.abandoned.add(release.ticket, refund: release.refund)
                        throw error
                    }
                }
            }
        }
    }

    private func keepReconciling() async throws {
        // Before this process started nobody else was writing here, so at start even young orphans are left-overs. The
        // margin is for file times, which come from a clock that ticks a few milliseconds late.
        try await attempt("reconcile") {
            try await self.reconcile(before: self.startedAt.advanced(by: .milliseconds(-20)))
        }
        var next = clock.now.advanced(by: timing.reconcileInterval)
        try await clock.sleep(until: min(next, startedAt.advanced(by: timing.stragglersArrive)))
        try await attempt("stragglers") { self.tell(orphans: try await self.drops.removeStragglers()) }
        while !Task.isCancelled {
            try await clock.sleep(until: next)
            try await attempt("reconcile") { try await self.reconcile() }
            next = clock.now.advanced(by: timing.reconcileInterval)
        }
    }

    private func tell(orphans count: Int) {
        guard count > 0 else { return }
        logger.notice("orphaned blobs removed", metadata: ["count": "\(count)"])
    }

    private func keepBeating() async throws {
        while !Task.isCancelled {
            let now = clock.now
            beat.withLock { $0 = now }
            try await work.rest(Self.longestWait, since: now)
            guard drops.alarm.takeForgottenKeys() else { continue }
            try await attempt("forget deleted rows") { try await self.forgetDeletedRows() }
        }
    }

    /// Runs a round, and rests a moment after one that failed: much of what is done here would be due again at once.
    private func attempt(_ round: String, _ body: () async throws -> Void) async throws {
        guard await !work.attempt(round, body) else { return }
        try await work.rest(.seconds(1))
    }
}
