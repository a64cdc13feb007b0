import GRDBSQLite
import NIOPosix
import Synchronization

/// Read-only connections, as many as threads that use them.
///
/// GRDB's own reader pool hands every read to a dispatch queue of its connection, which costs more than a point read
/// itself (measured: docs/performance.md); here the thread that takes the job takes a connection and reads.
final class ReaderPool: Sendable {
    private let threads: NIOThreadPool
    private let idle: Mutex<[StatementCache]>
    private let count: Int

    /// - Throws: ``StorageError`` when the file cannot be opened; it must be in WAL mode already.
    init(path: String, count: Int) throws {
        self.count = count
        idle = Mutex(try (0..<count).map { _ in StatementCache(connection: try Self.open(path)) })
        threads = NIOThreadPool(numberOfThreads: count)
        threads.start()
    }

    private static func open(_ path: String) throws -> OpaquePointer {
        var connection: OpaquePointer?
        // No mutex: one thread uses a connection at a time.
        let flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX
        let status = sqlite3_open_v2(path, &connection, flags, nil)
        guard status == SQLITE_OK, let connection else {
            sqlite3_close_v2(connection)
            throw StorageError(sqlite: status, message: "open for reading")
        }
        sqlite3_busy_timeout(connection, 5000)
        // 8 MiB keep the inner pages of a million drops' indexes from being pushed out by the leaves of each question.
        sqlite3_exec(connection, "PRAGMA cache_size = -8192", nil, nil, nil)
        return connection
    }

    /// Runs the closure on a thread of the pool.
    func run(_ body: @escaping @Sendable (SQLiteSession) throws -> Void) async throws {
        try await withUnsafeThrowingContinuation { (continuation: UnsafeContinuation<Void, any Error>) in
            threads.submit { state in
                guard state == .active, let cache = self.idle.withLock({ $0.popLast() }) else {
                    continuation.resume(throwing: StorageError.unavailable("the database is closed"))
                    return
                }
                let result = Result { try body(SQLiteSession(cache: cache)) }
                self.idle.withLock { $0.append(cache) }
                continuation.resume(with: result)
            }
        }
    }

    /// Ends running reads and closes the connections.
    func stop() async throws {
        try await threads.shutdownGracefully()
        for cache in idle.withLock({ $0 }) {
            cache.finalize()
            sqlite3_close_v2(cache.connection)
        }
    }
}
