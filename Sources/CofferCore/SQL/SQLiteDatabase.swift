import GRDB
import NIOPosix
import Synchronization

/// The embedded database: one SQLite file in WAL mode, `synchronous=FULL`, foreign keys on.
///
/// On disk: `coffer.sqlite` with its `-wal` and `-shm` companions, mode 600. Reads run on a thread pool of their own,
/// writes are group-committed. `secure_delete` overwrites deleted rows, because a deleted blob key must not be
/// found in the file again; ``forgetDeletedRows()`` does the same for the write-ahead log.
package final class SQLiteDatabase: Database {
    private let pool: DatabasePool
    private let readers: NIOThreadPool
    private let writer: GroupCommitQueue

    /// `path`: the database file; its directory must exist.
    ///
    /// `readerCount`: threads, and connections, that answer reads.
    package init(path: String, readerCount: Int = 2) throws {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.maximumReaderCount = readerCount + 1
        configuration.persistentReadOnlyConnections = true
        configuration.prepareDatabase { connection in
            try connection.execute(sql: "PRAGMA secure_delete = ON")
        }
        do {
            pool = try DatabasePool(path: path, configuration: configuration)
            // GRDB lowers WAL databases to NORMAL when it opens them; an acknowledged write must survive power loss.
            try pool.writeWithoutTransaction { connection in
                try connection.execute(sql: "PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 2000")
            }
        } catch let error as DatabaseError {
            throw StorageError(sqlite: error.extendedResultCode.rawValue, message: "\(error)")
        }
        readers = NIOThreadPool(numberOfThreads: readerCount)
        readers.start()
        writer = GroupCommitQueue(pool: pool)
    }

    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Value
    ) async throws -> Value {
        let pool = pool
        return try await readers.runIfActive {
            try pool.unsafeRead { try body(SQLiteSession(connection: $0)) }
        }
    }

    package func snapshot<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Value
    ) async throws -> Value {
        let pool = pool
        return try await readers.runIfActive {
            try pool.read { try body(SQLiteSession(connection: $0)) }
        }
    }

    package func write<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            let box = ResultBox<Value>()
            writer.enqueue(
                GroupCommitQueue.Job(
                    run: { session in box.store(try body(session)) },
                    finish: { failure in
                        if let failure {
                            continuation.resume(throwing: failure)
                        } else if let value = box.take() {
                            continuation.resume(returning: value)
                        } else {
                            continuation.resume(throwing: StorageError.unavailable("a write left no result"))
                        }
                    }
                )
            )
        }
    }

    /// Moves the write-ahead log into the database file and cuts it to nothing, so that rows deleted from the file
    /// cannot be read from the log either.
    package func forgetDeletedRows() async throws {
        let pool = pool
        try await readers.runIfActive {
            _ = try pool.writeWithoutTransaction { try $0.checkpoint(.truncate) }
        }
    }

    /// Answers what is under way and closes the files.
    package func close() async throws {
        try await writer.stop()
        try await readers.shutdownGracefully()
        try pool.close()
    }
}

/// Carries a write's value from the database thread to its caller.
private final class ResultBox<Value: Sendable>: Sendable {
    private let value = Mutex<Value?>(nil)

    func store(_ new: Value) { value.withLock { $0 = new } }
    func take() -> Value? { value.withLock { $0 } }
}
