/// The one seam between coffer and a SQL database.
///
/// Closures are synchronous and run on a thread of the database. They hold database work only: no file, no network,
/// no waiting; effects happen after the call has returned. Statements keep to what SQLite ≥ 3.40 and PostgreSQL ≥ 14
/// share, so that nothing above this protocol knows which one answers.
package protocol Database: Sendable {
    /// Runs the closure with the given kind of access and returns when it has ended; callers use ``read(_:)``,
    /// ``snapshot(_:)`` and ``write(_:)``.
    ///
    /// - Throws: ``StorageError`` when the database fails, whatever the closure throws otherwise.
    func perform(
        _ access: DatabaseAccess,
        _ body: @escaping @Sendable (any SQLSession) throws -> Void
    ) async throws
}

/// What a closure may see and do.
package enum DatabaseAccess: Sendable {
    /// Queries; each statement sees the newest committed state on its own.
    case read
    /// Queries that all see the same committed state.
    case snapshot
    /// A transaction. It is durable when the call returns; when the closure throws, nothing of what it did remains.
    case write
}

extension Database {
    /// Runs queries; each statement sees the newest committed state on its own.
    @inlinable
    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Value
    ) async throws -> Value {
        try await result(.read, body)
    }

    /// Runs queries that all see the same committed state.
    @inlinable
    package func snapshot<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Value
    ) async throws -> Value {
        try await result(.snapshot, body)
    }

    /// Runs the closure in a transaction and returns once its changes are durable.
    ///
    /// When the closure throws, nothing of what it did remains.
    @inlinable
    package func write<Value: Sendable>(
        _ body: @escaping @Sendable (any SQLSession) throws -> Value
    ) async throws -> Value {
        try await result(.write, body)
    }

    @inlinable
    package func result<Value: Sendable>(
        _ access: DatabaseAccess,
        _ body: @escaping @Sendable (any SQLSession) throws -> Value
    ) async throws -> Value {
        let box = ResultBox<Value>()
        try await perform(access) { box.value = try body($0) }
        guard let value = box.value else { throw StorageError.unavailable("a closure left no result") }
        return value
    }
}

/// Carries a closure's value from the database thread to its caller.
// Sendable although it is mutable: the database thread writes it before it resumes the caller, who reads it after.
package final class ResultBox<Value: Sendable>: @unchecked Sendable {
    package var value: Value?

    @inlinable
    package init() {}
}

/// Statements inside one `read`, `snapshot` or `write`; it must not leave the closure that received it.
package protocol SQLSession {
    /// Runs a statement that changes rows, and tells how many it changed.
    @discardableResult
    func execute(_ sql: SQL) throws -> Int

    /// Runs a statement and hands over each row it returns, in order.
    func forEachRow(_ sql: SQL, _ body: (any SQLRow) throws -> Void) throws
}

extension SQLSession {
    /// The rows that a statement returns, mapped, in order.
    @inlinable
    package func query<Value>(_ sql: SQL, _ map: (any SQLRow) throws -> Value) throws -> [Value] {
        var values: [Value] = []
        try forEachRow(sql) { values.append(try map($0)) }
        return values
    }

    /// The first row that a statement returns, mapped; nil when it returns none.
    @inlinable
    package func first<Value>(_ sql: SQL, _ map: (any SQLRow) throws -> Value) throws -> Value? {
        var value: Value?
        try forEachRow(sql) { row in
            if value == nil { value = try map(row) }
        }
        return value
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
