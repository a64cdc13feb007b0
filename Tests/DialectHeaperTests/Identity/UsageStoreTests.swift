import CofferCore
import Testing

@testable import DialectHeaper

@Suite("Heaper: usage")
struct UsageStoreTests {
    private func add(_ fixture: HeaperDatabase, _ statements: [SQL]) async throws {
        try await fixture.database.write { session in
            for statement in statements { try session.execute(statement) }
        }
    }

    private func heap(_ id: String, of user: UserID, deletedAt: Int64? = nil) -> SQL {
        """
        INSERT INTO heaper_heaps (id, index_block_id, owner_id, name, created_at, updated_at, deleted_at)
        VALUES (\(id), \("index-\(id)"), \(user), 'x', 1, 1, \(deletedAt))
        """
    }

    private func block(_ id: String, in heap: String, stamp: Int64, deleted: Int64? = nil, purged: Int64? = nil) -> SQL
    {
        """
        INSERT INTO heaper_blocks (id, heap_id, owner_id, stamp, created_at, updated_at, deleted_at, purged_at)
        VALUES (\(id), \(heap), 'u', \(stamp), 1, 1, \(deleted), \(purged))
        """
    }

    private func file(_ id: String, in block: String, _ heap: String, hash: String, size: Int64, is: Bool = true) -> SQL
    {
        """
        INSERT INTO heaper_files (id, heap_id, block_id, hash, file_size, is_uploaded, created_at)
        VALUES (\(id), \(heap), \(block), \(hash), \(size), \(`is`), 1)
        """
    }

    @Test func countsLiveThingsOfOwnHeapsAndEachContentOnce() async throws {
        try await HeaperDatabase.run { fixture in
            let other = try await fixture.user()
            try await add(
                fixture,
                [
                    heap("one", of: fixture.ada), heap("two", of: fixture.ada),
                    heap("gone", of: fixture.ada, deletedAt: 5),
                    heap("foreign", of: other),
                    block("a", in: "one", stamp: 1), block("b", in: "two", stamp: 2),
                    block("trashed", in: "one", stamp: 3, deleted: 5), block("purged", in: "one", stamp: 4, purged: 5),
                    block("c", in: "gone", stamp: 5), block("d", in: "foreign", stamp: 6),
                    file("f1", in: "a", "one", hash: "h1", size: 100),
                    file("f2", in: "b", "two", hash: "h1", size: 100),
                    file("f3", in: "b", "two", hash: "h2", size: 20),
                    file("f4", in: "b", "two", hash: "h3", size: 7, is: false),
                    file("f5", in: "d", "foreign", hash: "h4", size: 1000),
                ]
            )
            _ = try await BlockCounts.repair(fixture.database)
            let store = UsageStore(database: fixture.database)
            let usage = try await store.usage(of: fixture.ada)
            #expect(usage.heaps == 2)
            #expect(usage.blocks == 2)
            #expect(usage.files == 3)
            #expect(usage.storageBytes == 120)
            #expect(try await store.usage(of: other).storageBytes == 1000)
        }
    }
}
