import CofferCore
import CofferTesting

@testable import DialectHeaper

/// A database with the tables of Heaper, and approved accounts in it.
struct HeaperDatabase: Sendable {
    /// 2023-11-14, 22:13:20 UTC.
    static let start = Timestamp(milliseconds: 1_700_000_000_000)

    let database: SQLiteDatabase
    let clock: ManualClock
    let random = SystemRandomSource()
    /// An approved account, no administrator.
    let ada: UserID

    /// Makes a fresh database, runs the body with it, and removes it.
    static func run(_ body: (HeaperDatabase) async throws -> Void) async throws {
        let directory = try TemporaryDirectory()
        let database = try SQLiteDatabase(path: "\(directory.path)/test.sqlite")
        try await database.migrate(DropStore.migrations + PartedUploads.migrations + HeaperDialect.migrations)
        let clock = ManualClock(start)
        let ada = try await user(in: database, at: clock.now)
        try await body(HeaperDatabase(database: database, clock: clock, ada: ada))
        try await database.close()
        withExtendedLifetime(directory) {}
    }

    /// Adds an approved account.
    func user() async throws -> UserID {
        try await Self.user(in: database, at: clock.now)
    }

    private static func user(in database: SQLiteDatabase, at now: Timestamp) async throws -> UserID {
        let random = SystemRandomSource()
        let id = UserID(unchecked: ULID.make(at: now, random))
        let key = Base58.encode(random.bytes(32))
        try await database.write { session in
            _ = try session.execute(
                """
                INSERT INTO heaper_users (id, public_key, state, created_at)
                VALUES (\(id), \(key), 'approved', \(now))
                """
            )
        }
        return id
    }
}
