import GRDB
import GRDBSQLite
import NIOPosix
import Synchronization

/// Runs write closures on one thread and commits all that arrived together with one fsync.
///
/// While a commit waits for the disk, new closures gather; the next transaction takes them all. Each closure runs in
/// a savepoint of its own, so that one that throws takes back its own changes only. Nobody is answered before the
/// commit has returned.
final class GroupCommitQueue: Sendable {
    /// One write on its way: `run` does the work, `finish` answers the caller, with the error of the commit if any.
    struct Job: Sendable {
        let run: @Sendable (SQLiteSession) throws -> Void
        let finish: @Sendable (_ failure: (any Error)?) -> Void
    }

    private struct State {
        var waiting: [Job] = []
        var isDraining = false
    }

    /// Keeps one transaction's memory, and the time the first of its callers waits, within bounds.
    private static let largestBatch = 256

    private let state = Mutex(State())
    private let file: DatabaseQueue
    private let cache: StatementCache
    private let thread: NIOThreadPool
    private let reserve: DiskReserve

    /// Takes over the writing connection of `file`; `cache` holds its statements.
    init(file: DatabaseQueue, cache: StatementCache, reserve: DiskReserve) {
        self.file = file
        self.cache = cache
        self.reserve = reserve
        thread = NIOThreadPool(numberOfThreads: 1)
        thread.start()
    }

    func enqueue(_ job: Job) {
        let mustStart = state.withLock { state in
            state.waiting.append(job)
            defer { state.isDraining = true }
            return !state.isDraining
        }
        guard mustStart else { return }
        thread.submit { itemState in
            guard itemState == .active else { return self.refuseAll() }
            self.drain()
        }
    }

    /// Ends once everything that was enqueued has been answered.
    func stop() async throws {
        try await thread.shutdownGracefully()
        file.inDatabase { _ in cache.finalize() }
    }

    /// Runs something on the writing connection, between two transactions.
    func runBetweenCommits(_ body: @escaping @Sendable (StatementCache) throws -> Void) async throws {
        let (file, cache) = (file, cache)
        try await thread.runIfActive { try file.inDatabase { _ in try body(cache) } }
    }

    private func drain() {
        while let batch = nextBatch() {
            commit(batch)
        }
    }

    private func nextBatch() -> [Job]? {
        state.withLock { state in
            guard !state.waiting.isEmpty else {
                state.isDraining = false
                return nil
            }
            let batch = Array(state.waiting.prefix(Self.largestBatch))
            state.waiting.removeFirst(batch.count)
            return batch
        }
    }

    private func refuseAll() {
        let jobs = state.withLock { state in
            defer { state = State() }
            return state.waiting
        }
        for job in jobs { job.finish(StorageError.unavailable("the database is closed")) }
    }

    private func commit(_ batch: [Job]) {
        // Inside GRDB's queue, whose hooks run at each commit and count on being there.
        let outcomes: [(any Error)?] = file.inDatabase { _ in
            do {
                return try transaction(batch)
            } catch StorageError.full where makeRoom() {
                // Only now: the log may need the room of the reserve for what is tried again.
                defer { reserve.keep() }
                // What came free is for those who delete and count; records that are new would use it up.
                sqlite3_exec(cache.connection, "PRAGMA max_page_count = 1", nil, nil, nil)
                defer { sqlite3_exec(cache.connection, "PRAGMA max_page_count = 4294967294", nil, nil, nil) }
                do { return try transaction(batch) } catch { return batch.map { _ in error } }
            } catch {
                return batch.map { _ in error }
            }
        }
        for (job, failure) in zip(batch, outcomes) { job.finish(failure) }
    }

    /// Runs all jobs and commits.
    ///
    /// - Returns: the error of each job that has one.
    /// - Throws: what kept all of them from being committed; nothing of them remains.
    private func transaction(_ batch: [Job]) throws -> [(any Error)?] {
        let session = SQLiteSession(cache: cache)
        do {
            try session.execute("BEGIN IMMEDIATE")
            let outcomes = try batch.map { job in try attempt(job, in: session) }
            try session.execute("COMMIT")
            return outcomes
        } catch {
            _ = try? session.execute("ROLLBACK")
            throw error
        }
    }

    /// Lets the write-ahead log begin anew in the room it has, so that a full disk does not keep anybody from deleting.
    ///
    /// - Returns: whether it does; then the reserve is given up until the caller keeps it again.
    private func makeRoom() -> Bool {
        reserve.giveUp()
        let isRestarted =
            sqlite3_wal_checkpoint_v2(cache.connection, nil, SQLITE_CHECKPOINT_RESTART, nil, nil) == SQLITE_OK
        if !isRestarted { reserve.keep() }
        return isRestarted
    }

    /// Runs one job inside the open transaction and returns its error, its own changes taken back.
    ///
    /// - Throws: when the transaction as a whole cannot go on.
    private func attempt(_ job: Job, in session: SQLiteSession) throws -> (any Error)? {
        try session.execute("SAVEPOINT job")
        do {
            try job.run(session)
            try session.execute("RELEASE job")
            return nil
        } catch let failure {
            // A full disk makes SQLite roll the whole transaction back: then the savepoint is gone, and `failure`
            // is what everybody in the batch must hear.
            guard (try? session.execute("ROLLBACK TO job")) != nil else { throw failure }
            try session.execute("RELEASE job")
            return failure
        }
    }
}
