import GRDBSQLite

/// ``SQLSession`` on one connection.
struct SQLiteSession: SQLSession {
    let cache: StatementCache

    @discardableResult
    func execute(_ sql: SQL) throws -> Int {
        try forEachRow(sql) { _ in }
        return Int(sqlite3_changes64(cache.connection))
    }

    func forEachRow(_ sql: SQL, _ body: (any SQLRow) throws -> Void) throws {
        let statement = try cache.prepared(sql.text)
        defer {
            sqlite3_reset(statement)
            sqlite3_clear_bindings(statement)
        }
        try bind(sql.values, to: statement)
        while true {
            switch sqlite3_step(statement) {
            case SQLITE_ROW: try body(SQLiteRow(statement: statement))
            case SQLITE_DONE: return
            default: throw cache.fault(in: sql.text)
            }
        }
    }

    private func bind(_ values: [SQLValue], to statement: OpaquePointer) throws {
        for (offset, value) in values.enumerated() {
            let position = Int32(offset + 1)
            let status =
                switch value {
                case .null: sqlite3_bind_null(statement, position)
                case .integer(let number): sqlite3_bind_int64(statement, position, number)
                case .text(let text): bind(text, to: statement, at: position)
                case .bytes(let bytes): bind(bytes, to: statement, at: position)
                }
            guard status == SQLITE_OK else { throw cache.fault(in: "bind") }
        }
    }

    /// SQLite must copy what it is given: a Swift string's bytes may move once the call returns.
    private static var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

    private func bind(_ text: String, to statement: OpaquePointer, at position: Int32) -> Int32 {
        var text = text
        return text.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) {
                sqlite3_bind_text(statement, position, $0.baseAddress ?? Self.emptyText, Int32($0.count), Self.copied)
            }
        }
    }

    private func bind(_ bytes: [UInt8], to statement: OpaquePointer, at position: Int32) -> Int32 {
        guard !bytes.isEmpty else { return sqlite3_bind_zeroblob(statement, position, 0) }
        return bytes.withUnsafeBytes {
            sqlite3_bind_blob(statement, position, $0.baseAddress, Int32($0.count), Self.copied)
        }
    }

    /// An address for empty strings: a null pointer would bind NULL.
    // Never written and never freed: one byte that lives as long as the process.
    private nonisolated(unsafe) static let emptyText: UnsafePointer<CChar> = {
        let byte = UnsafeMutablePointer<CChar>.allocate(capacity: 1)
        byte.initialize(to: 0)
        return UnsafePointer(byte)
    }()
}

/// The row a stepped statement stands on.
struct SQLiteRow: SQLRow {
    let statement: OpaquePointer

    func isNull(_ column: Int) -> Bool {
        sqlite3_column_type(statement, Int32(column)) == SQLITE_NULL
    }

    func integer(_ column: Int) -> Int64 {
        sqlite3_column_int64(statement, Int32(column))
    }

    func text(_ column: Int) -> String {
        guard let start = sqlite3_column_text(statement, Int32(column)) else { return "" }
        let count = Int(sqlite3_column_bytes(statement, Int32(column)))
        return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
    }

    func bytes(_ column: Int) -> [UInt8] {
        guard let start = sqlite3_column_blob(statement, Int32(column)) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, Int32(column)))))
    }
}

extension StorageError {
    /// The error for an extended result code (https://sqlite.org/rescode.html).
    init(sqlite code: Int32, message: String) {
        let outOfRoom = [SQLITE_FULL, SQLITE_IOERR | (19 << 8)]  // 19: the shared-memory file could not grow
        self =
            outOfRoom.contains(code) || code & 0xff == SQLITE_FULL ? .full : .unavailable("sqlite \(code): \(message)")
    }
}
