import CofferTesting
import Testing

@testable import CofferCore

@Suite("Migrations")
struct MigrationTests {
    private func withDatabase(_ body: @Sendable (SQLiteDatabase) async throws -> Void) async throws {
        let directory = try temporaryDirectory()
        let database = try SQLiteDatabase(path: "\(directory.path)/coffer.sqlite")
        let result: Result<Void, any Error>
        do { result = .success(try await body(database)) } catch { result = .failure(error) }
        try await database.close()
        withExtendedLifetime(directory) {}
        try result.get()
    }

    private func tables(_ database: SQLiteDatabase) async throws -> [String] {
        try await database.read { session in
            try session.query("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name") { $0.text(0) }
        }
    }

    private let first = Migration(
        module: "a",
        name: "001-create",
        statements: ["CREATE TABLE a (id INTEGER PRIMARY KEY)", "INSERT INTO a VALUES (1)"]
    )
    private let second = Migration(
        module: "a",
        name: "002-more",
        statements: ["INSERT INTO a SELECT MAX(id) + 1 FROM a"]
    )

    @Test func appliedOnceAndInOrder() async throws {
        try await withDatabase { database in
            try await database.migrate([first, second])
            try await database.migrate([first, second])
            let ids = try await database.read { try $0.query("SELECT id FROM a ORDER BY id") { $0.integer(0) } }
            #expect(ids == [1, 2])
            let names = try await database.read { session in
                try session.query("SELECT module, name FROM migrations ORDER BY name") {
                    "\($0.text(0))/\($0.text(1))"
                }
            }
            #expect(names == ["a/001-create", "a/002-more"])
        }
    }

    @Test func laterMigrationIsAddedAlone() async throws {
        try await withDatabase { database in
            try await database.migrate([first])
            try await database.migrate([first, second])
            let ids = try await database.read { try $0.query("SELECT id FROM a ORDER BY id") { $0.integer(0) } }
            #expect(ids == [1, 2])
        }
    }

    @Test func sameNameInTwoModulesAreTwoMigrations() async throws {
        try await withDatabase { database in
            let other = Migration(module: "b", name: "001-create", statements: ["CREATE TABLE b (id INTEGER)"])
            try await database.migrate([first])
            try await database.migrate([first, other])
            #expect(try await tables(database) == ["a", "b", "migrations"])
        }
    }

    @Test func failureOfOneLeavesNoneOfThem() async throws {
        try await withDatabase { database in
            let broken = Migration(module: "a", name: "002-broken", statements: ["CREATE TABLE c (id)", "NONSENSE"])
            await #expect(throws: StorageError.self) { try await database.migrate([first, broken]) }
            let left = try await tables(database)
            #expect(left == [])
            try await database.migrate([first, second])
            #expect(try await tables(database) == ["a", "migrations"])
        }
    }

    @Test func schemaOfTheDropsIsApplied() async throws {
        try await withDatabase { database in
            try await database.migrate(DropStore.migrations)
            #expect(try await tables(database) == ["blobs", "drop_slots", "drops", "migrations"])
        }
    }
}
