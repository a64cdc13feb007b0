import GRDB
import GRDBSQLite
import NIOPosix

/// The embedded database: one SQLite file in WAL mode, `synchronous=FULL`, foreign keys on.
///
/// On disk: `coffer.sqlite` with its `-wal`, `-shm` and `-reserve` (``DiskReserve``) companions, mode 600. Reads run on threads and connections of
/// their own, writes are group-committed. `secure_delete` overwrites deleted rows, because a deleted blob key must not be
/// found in the file again; ``forgetDeletedRows()`` does the same for the write-ahead log.
package final class SQLiteDatabase: Database {
    /// GRDB owns the writing connection and runs one use of it at a time.
    private let file: DatabaseQueue
    private let readers: ReaderPool
    private let writer: GroupCommitQueue

    /// Opens the file at `path`, or makes it; its directory must exist.
    ///
    /// `readerCount` is how many threads, and connections, answer reads.
    package init(path: String, readerCount: Int = 2) throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.journalMode = .wal
        configuration.prepareDatabase { connection in
            try connection.execute(sql: "PRAGMA secure_delete = ON")
        }
        let reserve = DiskReserve(database: path)
        (file, writer) = try Self.opened(path, configuration, reserve)
        reserve.keep()
        readers = try ReaderPool(path: path, count: readerCount)
    }

    /// Opens the writing connection; on a full disk with the room of the reserve.
    private static func opened(
        _ path: String,
        _ configuration: Configuration,
        _ reserve: DiskReserve
    ) throws -> (DatabaseQueue, GroupCommitQueue) {
        do {
            return try open(path, configuration, reserve)
        } catch StorageError.full {
            reserve.giveUp()
            return try open(path, configuration, reserve)
        }
    }

    private static func open(
        _ path: String,
        _ configuration: Configuration,
        _ reserve: DiskReserve
    ) throws -> (DatabaseQueue, GroupCommitQueue) {
        do {
            let file = try DatabaseQueue(path: path, configuration: configuration)
            // GRDB lowers WAL databases to NORMAL when it opens them; an acknowledged write must survive power loss.
            let connection = try file.inDatabase { connection in
                try connection.execute(sql: "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 2000")
                return Unmanaged(connection.sqliteConnection)
            }
            guard let writing = connection.pointer else { throw StorageError.unavailable("no connection") }
            let cache = StatementCache(connection: writing)
            return (file, GroupCommitQueue(file: file, cache: cache, reserve: reserve))
        } catch let error as DatabaseError {
            throw StorageError(sqlite: error.extendedResultCode.rawValue, message: "\(error)")
        }
    }

    /// Carries the connection out of GRDB's queue; it is used inside that queue only.
    // Sendable by that confinement.
    private struct Unmanaged: @unchecked Sendable {
        let pointer: OpaquePointer?

        init(_ pointer: OpaquePointer?) {
            self.pointer = pointer
        }
    }

    package func perform(
        _ access: DatabaseAccess,
        _ body: @escaping @Sendable (any SQLSession) throws -> Void
    ) async throws {
        switch access {
        case .read: try await readers.run { try body($0) }
        case .snapshot: try await readers.run { try Self.inTransaction($0, body) }
        case .write: try await commit(body)
        }
    }

    private static func inTransaction(_ session: SQLiteSession, _ body: (any SQLSession) throws -> Void) throws {
        try session.execute("BEGIN")
        let result = Result { try body(session) }
        // Nothing was written, and a rollback cannot fail the way a commit can.
        try session.execute("ROLLBACK")
        try result.get()
    }

    private func commit(_ body: @escaping @Sendable (any SQLSession) throws -> Void) async throws {
        try await withUnsafeThrowingContinuation { (continuation: UnsafeContinuation<Void, any Error>) in
            writer.enqueue(
                GroupCommitQueue.Job(
                    run: { try body($0) },
                    finish: { failure in
                        if let failure {
                            continuation.resume(throwing: failure)
                        } else {
                            continuation.resume()
                        }
                    }
                )
            )
        }
    }

    /// Moves the write-ahead log into the database file and cuts it to nothing, so that rows deleted from the file
    /// cannot be read from the log either.
    package func forgetDeletedRows() async throws {
        try await writer.runBetweenCommits { cache in
            let status = sqlite3_wal_checkpoint_v2(cache.connection, nil, SQLITE_CHECKPOINT_TRUNCATE, nil, nil)
            guard status == SQLITE_OK else { throw cache.fault(in: "checkpoint") }
        }
    }

    /// Answers what is under way and closes the files.
    package func close() async throws {
        try await writer.stop()
        try await readers.stop()
        try file.close()
    }
}
