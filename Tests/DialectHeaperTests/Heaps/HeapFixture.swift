import CofferCore
import CofferTesting
import Testing

@testable import DialectHeaper

/// The tables of Heaper with two users and a heap, and rows put in by hand.
struct HeapFixture: Sendable {
    static let start = Timestamp(milliseconds: 1_700_000_000_000)

    let database: SQLiteDatabase
    let clock: ManualClock
    let stamps: StampSource
    let heaps: HeapStore
    let places: PlaceStore
    let ada = UserID(unchecked: "ADA")
    let bob = UserID(unchecked: "BOB")
    /// Ada's.
    let heap: HeapPlace

    static func run(_ body: (HeapFixture) async throws -> Void) async throws {
        let directory = try TemporaryDirectory()
        let database = try SQLiteDatabase(path: "\(directory.path)/test.sqlite")
        try await database.migrate(DropStore.migrations + PartedUploads.migrations + HeaperDialect.migrations)
        try await addUser("ADA", to: database)
        try await addUser("BOB", to: database)
        let clock = ManualClock(start)
        let stamps = StampSource(clock: clock)
        let heaps = HeapStore(database: database, stamps: stamps, clock: clock, random: SystemRandomSource())
        let draft = HeapStore.Draft(
            id: HeapID(unchecked: "HEAP"),
            indexBlock: BlockID(unchecked: "INDEX"),
            name: "Ada's",
            isEncrypted: false
        )
        let fixture = HeapFixture(
            database: database,
            clock: clock,
            stamps: stamps,
            heaps: heaps,
            places: PlaceStore(database: database),
            heap: try await heaps.add(draft, for: UserID(unchecked: "ADA")).place
        )
        try await body(fixture)
        try await database.close()
        withExtendedLifetime(directory) {}
    }

    private static func addUser(_ id: String, to database: SQLiteDatabase) async throws {
        _ = try await database.write { session in
            try session.execute(
                """
                INSERT INTO heaper_users (id, public_key, state, created_at) VALUES (\(id), \(id), 'approved', 0)
                """
            )
        }
    }

    /// Puts a row of a block into a heap.
    func addBlock(
        _ id: String,
        type: String = "note",
        title: String = "",
        trashed: Bool = false,
        purged: Bool = false,
        in heap: String = "HEAP"
    ) async throws {
        let (stamps, now) = (stamps, clock.now)
        let isLive = !trashed && !purged
        _ = try await database.write { session in
            try session.execute(
                """
                INSERT INTO heaper_blocks
                    (id, heap_id, owner_id, type, title, stamp, created_at, updated_at, deleted_at, purged_at)
                VALUES (\(id), \(heap), 'ADA', \(type), \(title), \(try stamps.next(in: session)), \(now), \(now),
                    \(trashed ? now : nil), \(purged ? now : nil))
                """
            )
            let place = HeapID(unchecked: heap)
            try BlockCounts.add(live: isLive ? 1 : 0, trashed: trashed && !purged ? 1 : 0, to: place, session)
        }
    }

    func execute(_ sql: SQL) async throws {
        _ = try await database.write { session in try session.execute(sql) }
    }
}
