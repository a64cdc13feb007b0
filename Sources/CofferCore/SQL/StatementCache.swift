import GRDBSQLite

/// One connection to the database file and the statements prepared on it.
///
/// Binding and stepping go straight to SQLite's C interface: building argument and row objects costs more than a point
/// read itself.
// Sendable by confinement: the writer's lives on the writer thread, a reader's with the job that took it from the pool.
final class StatementCache: @unchecked Sendable {
    let connection: OpaquePointer
    private var statements: [String: OpaquePointer] = [:]

    init(connection: OpaquePointer) {
        self.connection = connection
    }

    /// - Throws: ``StorageError`` when the text is no statement of this schema.
    func prepared(_ text: String) throws -> OpaquePointer {
        if let known = statements[text] { return known }
        var statement: OpaquePointer?
        let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
        guard sqlite3_prepare_v3(connection, text, -1, flags, &statement, nil) == SQLITE_OK, let statement else {
            throw fault(in: text)
        }
        statements[text] = statement
        return statement
    }

    /// Ends all statements, so that the connection can be closed.
    func finalize() {
        for statement in statements.values { sqlite3_finalize(statement) }
        statements = [:]
    }

    func fault(in text: String) -> StorageError {
        let message = sqlite3_errmsg(connection).map { String(cString: $0) } ?? "unknown"
        return StorageError(sqlite: sqlite3_extended_errcode(connection), message: "\(message) in \(text)")
    }
}
