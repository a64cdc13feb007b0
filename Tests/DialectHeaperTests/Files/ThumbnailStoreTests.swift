import CofferCore
import CofferMedia
import CofferTesting
import NIOCore
import Testing

@testable import DialectHeaper

@Suite("Heaper: stored thumbnails")
struct ThumbnailStoreTests {
    private static let hash = ContentHash.ofNothing

    private struct Setup {
        let database: HeaperDatabase
        let store: ThumbnailStore

        init(_ database: HeaperDatabase) {
            self.database = database
            let blobs = InlineBlobStore(
                base: NoBlobs(),
                database: database.database,
                random: database.random
            )
            let drops = DropStore(
                database: database.database,
                blobs: blobs,
                clock: database.clock,
                random: database.random
            )
            store = ThumbnailStore(drops: drops, blobs: blobs, clock: database.clock, random: database.random)
        }

        /// A heap, a block in it, and its file.
        func file(_ block: String) async throws {
            let (ada, now) = (database.ada, database.clock.now)
            try await database.database.write { session in
                try session.execute(
                    """
                    INSERT INTO heaper_heaps (id, index_block_id, owner_id, name, created_at, updated_at)
                    VALUES ('heap', 'index', \(ada), '', \(now), \(now)) ON CONFLICT DO NOTHING
                    """
                )
                let count = try session.first("SELECT COUNT(*) FROM heaper_blocks") { $0.integer(0) } ?? 0
                try session.execute(
                    """
                    INSERT INTO heaper_blocks (id, heap_id, owner_id, stamp, created_at, updated_at)
                    VALUES (\(block), 'heap', \(ada), \(count + 1), \(now), \(now))
                    """
                )
                try session.execute(
                    """
                    INSERT INTO heaper_files (id, heap_id, block_id, hash, is_uploaded, created_at)
                    VALUES (\(block), 'heap', \(block), \(ThumbnailStoreTests.hash), 1, \(now))
                    """
                )
            }
        }

        func keep(_ key: String, block: String?, text: String = "picture") async throws {
            try await store.keep(
                ThumbnailStore.NewThumbnail(
                    hash: ThumbnailStoreTests.hash,
                    block: block.flatMap { BlockID($0) },
                    key: key,
                    kind: .image,
                    size: "small",
                    picture: Picture(bytes: ByteBuffer(string: text), format: .webp, width: 256, height: 100)
                )
            )
        }

        func keys(of block: String) async throws -> [String] {
            try await store.list(ThumbnailStoreTests.hash, of: BlockID(unchecked: block)).map(\.key).sorted()
        }

        func blobCount() async throws -> Int64? {
            try await database.database.read { try $0.first("SELECT COUNT(*) FROM blobs") { $0.integer(0) } }
        }
    }

    @Test func uploadedOnesBelongToTheirBlockAndMadeOnesToAll() async throws {
        try await HeaperDatabase.run { database in
            let setup = Setup(database)
            try await setup.file("one")
            try await setup.file("two")
            try await setup.keep("own", block: "one")
            try await setup.keep("made", block: nil)
            let (one, two) = (try await setup.keys(of: "one"), try await setup.keys(of: "two"))
            #expect(one == ["made", "own"])
            #expect(two == ["made"])
        }
    }

    @Test func sameKeyReplaces() async throws {
        try await HeaperDatabase.run { database in
            let setup = Setup(database)
            try await setup.file("one")
            try await setup.keep("own", block: "one", text: "first")
            try await setup.keep("own", block: "one", text: "second")
            let stored = try await setup.store.list(Self.hash, of: BlockID(unchecked: "one"))
            try #require(stored.count == 1)
            let reader = try await setup.store.open(stored[0])
            let bytes = try await reader.read(from: 0, count: 100)
            #expect(String(buffer: bytes) == "second")
            let blobs = try await setup.blobCount()
            #expect(blobs == 1)
        }
    }

    @Test func withoutItsFileNothingIsKept() async throws {
        try await HeaperDatabase.run { database in
            let setup = Setup(database)
            await #expect(throws: FileFailure.notFound) { try await setup.keep("own", block: "one") }
            await #expect(throws: FileFailure.notFound) { try await setup.keep("made", block: nil) }
            let blobs = try await setup.blobCount()
            #expect(blobs == 0)
        }
    }

    @Test func moreThanTheMostAreRefused() async throws {
        try await HeaperDatabase.run { database in
            let setup = Setup(database)
            try await setup.file("one")
            for number in 0..<ThumbnailStore.most { try await setup.keep("\(number)", block: "one") }
            await #expect(throws: ThumbnailFailure.tooMany(limit: ThumbnailStore.most)) {
                try await setup.keep("more", block: "one")
            }
            try await setup.keep("0", block: "one", text: "replaced")
        }
    }

    @Test func removingFilesTakesTheirThumbnails() async throws {
        try await HeaperDatabase.run { database in
            let setup = Setup(database)
            try await setup.file("one")
            try await setup.file("two")
            try await setup.keep("own", block: "one")
            try await setup.keep("own", block: "two")
            try await setup.keep("made", block: nil)
            let contents = ContentStore(drops: setup.store.drops)
            for (block, left) in [("one", Int64(2)), ("two", 0)] {
                let freed = try await database.database.write { session in
                    try FileRows.remove(of: BlockID(unchecked: block), in: session)
                    return try contents.freeLoose(in: session)
                }
                await contents.erase(freed)
                let blobs = try await setup.blobCount()
                #expect(blobs == left)
            }
        }
    }

    @Test func orphansAreFound() async throws {
        try await HeaperDatabase.run { database in
            let setup = Setup(database)
            try await setup.file("one")
            try await setup.keep("own", block: "one")
            try await setup.keep("made", block: nil)
            try await setup.store.removeOrphans()
            let before = try await setup.blobCount()
            #expect(before == 2)
            _ = try await database.database.write { try $0.execute("DELETE FROM heaper_files") }
            try await setup.store.removeOrphans()
            let after = try await setup.blobCount()
            #expect(after == 0)
        }
    }
}

/// Small blobs lie in the database; nothing else is stored.
private struct NoBlobs: BlobStore {
    func makeWriter(_ request: BlobRequest) async throws -> any BlobWriter { throw StorageError.full }
    func openReader(_ blob: Blob) async throws -> any BlobReader { throw BlobError.missing }
    func erase(_ blob: Blob) async {}
    var eraseWidth: Int { 1 }
    func eraseSoon(_ blob: Blob) {}
    func probe() async throws {}

    func reconcile(
        unclaimedBefore: Timestamp,
        claimed: @Sendable (String) async throws -> Set<BlobKey>
    ) async throws -> Reconciliation {
        Reconciliation()
    }
}
