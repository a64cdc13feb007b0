import CofferTesting
import Foundation
import Testing

@testable import CofferCore

@Suite("SQLiteDatabase")
struct SQLiteDatabaseTests {
    /// Opens a database with one table `t (id, value)`, runs the body, closes it.
    private func withDatabase(
        in directory: TemporaryDirectory? = nil,
        _ body: @Sendable (SQLiteDatabase, TemporaryDirectory) async throws -> Void
    ) async throws {
        let directory = try directory ?? temporaryDirectory()
        let database = try SQLiteDatabase(path: "\(directory.path)/coffer.sqlite")
        let result: Result<Void, any Error>
        do {
            try await database.write { session in
                _ = try session.execute("CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, value BLOB)")
            }
            result = .success(try await body(database, directory))
        } catch {
            result = .failure(error)
        }
        try await database.close()
        try result.get()
    }

    @Test func valuesComeBackAsTheyWent() async throws {
        let texts = ["", "a", "nul\0inside", "Grüße, 世界 👋🏽", String(repeating: "long ", count: 20_000)]
        let blobs: [[UInt8]] = [[], [0], [0, 255, 0], patternBytes(100_000)]
        let numbers: [Int64] = [0, 1, -1, .max, .min]
        try await withDatabase { database, _ in
            for text in texts {
                let back = try await database.write { session in
                    try session.first("SELECT \(text), typeof(\(text))") { ($0.text(0), $0.text(1), $0.isNull(0)) }
                }
                #expect(back?.0 == text)
                #expect(back?.1 == "text")
                #expect(back?.2 == false)
            }
            for bytes in blobs {
                let back = try await database.read { session in
                    try session.first("SELECT \(bytes), typeof(\(bytes))") { ($0.optionalBytes(0), $0.text(1)) }
                }
                #expect(back?.0 == bytes)
                #expect(back?.1 == "blob")
            }
            for number in numbers {
                let back = try await database.read { try $0.first("SELECT \(number)") { $0.optionalInteger(0) } }
                #expect(back == number)
            }
        }
    }

    @Test func storedValuesKeepTheirKind() async throws {
        try await withDatabase { database, _ in
            try await database.write { session in
                try session.execute("INSERT INTO t VALUES (1, \("")), (2, \([UInt8]()))")
                try session.execute("INSERT INTO t VALUES (3, \(String?.none)), (4, \("a\0b"))")
            }
            let kinds = try await database.read { session in
                try session.query("SELECT typeof(value), length(CAST(value AS BLOB)) FROM t ORDER BY id") {
                    "\($0.text(0)) \($0.integer(1))"
                }
            }
            #expect(kinds == ["text 0", "blob 0", "null 0", "text 3"])
        }
    }

    @Test func nullReadsAsNothing() async throws {
        try await withDatabase { database, _ in
            let row = try await database.read { session in
                try session.first("SELECT NULL") { row in
                    (row.isNull(0), row.optionalText(0), row.optionalBytes(0), row.optionalTime(0), row.text(0))
                }
            }
            let found = try #require(row)
            #expect(found.0)
            #expect(found.1 == nil)
            #expect(found.2 == nil)
            #expect(found.3 == nil)
            #expect(found.4 == "")
        }
    }

    @Test func executeTellsHowManyRowsChanged() async throws {
        try await withDatabase { database, _ in
            let counts = try await database.write { session in
                [
                    try session.execute("INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')"),
                    try session.execute("UPDATE t SET value = 'x' WHERE id > \(1)"),
                    try session.execute("UPDATE t SET value = 'x' WHERE id > \(9)"),
                    try session.execute("DELETE FROM t WHERE id = \(1)"),
                ]
            }
            #expect(counts == [3, 2, 0, 1])
        }
    }

    @Test func firstOfNoRowsIsNil() async throws {
        try await withDatabase { database, _ in
            let none = try await database.read { try $0.first("SELECT 1 FROM t") { $0.integer(0) } }
            #expect(none == nil)
        }
    }

    @Test(arguments: [
        ("synchronous", "2"), ("foreign_keys", "1"), ("secure_delete", "1"), ("journal_mode", "wal"),
    ])
    func writerConnectionIsSetUp(name: String, value: String) async throws {
        try await withDatabase { database, _ in
            let found = try await database.write { session in
                try session.first("SELECT * FROM pragma_\(part: SQL(stringLiteral: name))") { $0.text(0) }
            }
            #expect(found == value)
        }
    }

    @Test func foreignKeysAreEnforcedAndTheFaultIsAStorageError() async throws {
        try await withDatabase { database, _ in
            try await database.write { session in
                _ = try session.execute("CREATE TABLE child (t_id INTEGER REFERENCES t (id))")
            }
            await #expect(throws: StorageError.self) {
                try await database.execute("INSERT INTO child VALUES (99)")
            }
        }
    }

    @Test(arguments: ["SELEKT 1", "SELECT * FROM nowhere", "INSERT INTO t VALUES (1, 2, 3)"])
    func faultyStatementIsAStorageError(statement: String) async throws {
        try await withDatabase { database, _ in
            let sql = SQL(stringLiteral: statement)
            await #expect(throws: StorageError.self) { try await database.execute(sql) }
            await #expect(throws: StorageError.self) { try await database.read { try $0.execute(sql) } }
            try await database.execute("INSERT INTO t VALUES (1, 'after')")
        }
    }

    @Test func readCannotWrite() async throws {
        try await withDatabase { database, _ in
            await #expect(throws: StorageError.self) {
                try await database.read { try $0.execute("INSERT INTO t VALUES (1, 'x')") }
            }
            let count = try await database.read { try $0.first("SELECT COUNT(*) FROM t") { $0.integer(0) } }
            #expect(count == 0)
        }
    }

    @Test func everythingIsThereAfterReopening() async throws {
        let directory = try temporaryDirectory()
        try await withDatabase(in: directory) { database, _ in
            try await database.execute("INSERT INTO t VALUES (1, \("kept"))")
        }
        try await withDatabase(in: directory) { database, _ in
            let text = try await database.read { try $0.first("SELECT value FROM t") { $0.text(0) } }
            #expect(text == "kept")
        }
    }

    @Test func deletedBytesAreNotInAnyFileOnceForgotten() async throws {
        try await withDatabase { database, directory in
            let keys = (1...20).map { patternBytes(32, seed: $0) }
            let large = patternBytes(50_000, seed: 99)
            try await database.write { session in
                for (index, key) in keys.enumerated() {
                    try session.execute("INSERT INTO t VALUES (\(index), \(key))")
                }
                try session.execute("INSERT INTO t VALUES (\(1000), \(large))")
            }
            let before = databaseFiles(in: directory.path)
            for key in keys { #expect(before.contains { $0.holds(key) }) }
            try await database.write { session in
                try session.execute("DELETE FROM t WHERE id = \(1000)")
                for index in keys.indices where index != 7 {
                    try session.execute("DELETE FROM t WHERE id = \(index)")
                }
            }
            try await database.forgetDeletedRows()
            let after = databaseFiles(in: directory.path)
            for (index, key) in keys.enumerated() {
                #expect(after.contains { $0.holds(key) } == (index == 7))
            }
            for start in stride(from: 0, to: large.count, by: 5000) {
                #expect(!after.contains { $0.holds(Array(large[start..<start + 16])) })
            }
        }
    }

    @Test func fileThatIsNoDatabaseIsRefused() throws {
        let directory = try temporaryDirectory()
        let path = "\(directory.path)/coffer.sqlite"
        try Data(patternBytes(10_000)).write(to: URL(fileURLWithPath: path))
        #expect(throws: StorageError.self) { try SQLiteDatabase(path: path) }
    }

    @Test func fullDatabaseIsToldAsFullAndWorksOn() async throws {
        try await withDatabase { database, _ in
            let pages = try await database.write { session in
                try session.first("SELECT page_count FROM pragma_page_count") { $0.integer(0) } ?? 0
            }
            try await database.write { session in
                _ = try session.query(SQL(stringLiteral: "PRAGMA max_page_count = \(pages + 4)")) { $0.integer(0) }
            }
            let large = patternBytes(100_000)
            await #expect(throws: StorageError.full) {
                try await database.execute("INSERT INTO t VALUES (1, \(large))")
            }
            try await database.execute("INSERT INTO t VALUES (2, \("small"))")
            let ids = try await database.read { try $0.query("SELECT id FROM t") { $0.integer(0) } }
            #expect(ids == [2])
        }
    }
}
