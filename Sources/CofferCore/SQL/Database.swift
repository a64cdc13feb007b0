/// The one seam between coffer and a SQL database.
///
/// Both closures are synchronous and run on a thread of the database. They hold database work only: no file, no
/// network, no waiting; effects happen after the call has returned. Statements keep to what SQLite ≥ 3.40 and
/// PostgreSQL ≥ 14 share, so that nothing above this protocol knows which one answers.
///
/// - Throws: ``StorageError`` when the database fails, whatever the closure throws otherwise.
package protocol Database: Sendable {
    /// Runs queries; each statement sees the newest committed state on its own.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Value
    ) async throws -> Value

    /// Runs queries that all see the same committed state.
    func snapshot<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Value
    ) async throws -> Value

    /// Runs the closure in a transaction and returns once its changes are durable.
    ///
    /// When the closure throws, nothing of what it did remains.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Value
    ) async throws -> Value
}

/// Statements inside one `read`, `snapshot` or `write`; it must not leave the closure that received it.
package protocol SQLSession {
    /// Runs a statement that changes rows, and tells how many it changed.
    @discardableResult
    func execute(_ sql: SQL) throws -> Int

    /// Runs a statement and maps each row it returns, in order.
    func query<Value>(_ sql: SQL, _ map: (any SQLRow) throws -> Value) throws -> [Value]
}

extension SQLSession {
    /// The first row that a statement returns, mapped; nil when it returns none.
    package func first<Value>(_ sql: SQL, _ map: (any SQLRow) throws -> Value) throws -> Value? {
        try query(sql, map).first
    }
}

/// The row a query stands on.
///
/// Columns count from 0; reading NULL with a plain getter gives 0, "" or no bytes.
package protocol SQLRow {
    func isNull(_ column: Int) -> Bool
    func integer(_ column: Int) -> Int64
    func text(_ column: Int) -> String
    func bytes(_ column: Int) -> [UInt8]
}

extension SQLRow {
    package func bool(_ column: Int) -> Bool { integer(column) != 0 }
    package func time(_ column: Int) -> Timestamp { Timestamp(milliseconds: integer(column)) }

    package func optionalInteger(_ column: Int) -> Int64? { isNull(column) ? nil : integer(column) }
    package func optionalText(_ column: Int) -> String? { isNull(column) ? nil : text(column) }
    package func optionalBytes(_ column: Int) -> [UInt8]? { isNull(column) ? nil : bytes(column) }
    package func optionalTime(_ column: Int) -> Timestamp? { isNull(column) ? nil : time(column) }
}
