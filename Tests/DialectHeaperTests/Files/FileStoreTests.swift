import CofferCore
import CofferHTTP
import CofferTesting
import Logging
import NIOCore
import NIOPosix
import Testing
import Yjs

@testable import DialectHeaper

/// Files tell nobody anything.
private struct NoMailer: Mailer {
    func send(_ mail: Mail) async throws {
        Issue.record("a mail was sent")
    }
}

@Suite("FileStore")
struct FileStoreTests {
    private struct Fixture: Sendable {
        let documents: DocumentFixture
        let blobs: LocalBlobStore
        let parts: FileParts
        let drops: DropStore

        var user: UserID { documents.heaps.ada }
        var heap: HeapPlace { documents.heaps.heap }

        func target(_ block: String = "BLOCK") -> FileTarget {
            .newBlock(BlockID(unchecked: block), heap)
        }

        func staged(_ bytes: [UInt8]) async throws -> (StagedBlob, ContentHash) {
            let stream = AsyncStream<ByteBuffer> { continuation in
                continuation.yield(ByteBuffer(bytes: bytes))
                continuation.finish()
            }
            let staged = try await blobs.write(stream, BlobRequest(maxBytes: 1 << 20, wantsSHA256: true))
            return (staged, ContentHash(staged.blob.sha256 ?? []))
        }

        @discardableResult
        func take(_ bytes: [UInt8], into block: String = "BLOCK") async throws -> HeaperFile {
            let (staged, hash) = try await staged(bytes)
            let arrival = parts.store.arrival(
                hash,
                size: Int64(bytes.count),
                name: "a.txt",
                mimeType: "text/plain",
                at: target(block)
            )
            return try await parts.store.take(staged, arrival, at: target(block), by: user).file
        }

        func entry(_ file: HeaperFile) async throws -> YElement? {
            let document = try await documents.hub.snapshot(of: file.block)
            return document.value(forKey: FileListing.key(of: file), in: .root("files_v0"))
        }

        func remove(_ block: String) async throws -> ContentStore.Freed {
            let contents = parts.contents
            return try await documents.database.write { session in
                try FileRows.remove(of: BlockID(unchecked: block), in: session)
                return try contents.freeLoose(in: session)
            }
        }

        func blobCount() async throws -> Int64? { try await documents.integer("SELECT COUNT(*) FROM blobs") }
        func contentCount() async throws -> Int64? {
            try await documents.integer("SELECT COUNT(*) FROM heaper_contents")
        }
    }

    private static func serverParts(
        _ drops: DropStore,
        _ blobs: LocalBlobStore,
        clock: ManualClock,
        dataPath: String
    ) -> ServerParts {
        let random = SystemRandomSource()
        let logger = Logger(label: "test")
        return ServerParts(
            drops: drops,
            blobs: blobs,
            sealedBlobs: blobs,
            uploads: PartedUploads(drops: drops, store: blobs, random: random),
            bucket: nil,
            sweeper: Sweeper(drops: drops, clock: clock, timing: .init(), logger: logger, forgetDeletedRows: {}),
            counters: MemoryCounterStore(),
            mediaTypes: MediaTypeDetector(),
            passwords: PasswordHasher(),
            mailer: NoMailer(),
            clock: clock,
            random: random,
            logger: logger,
            version: "0",
            dataPath: dataPath
        )
    }

    private static func run(_ body: @Sendable (Fixture) async throws -> Void) async throws {
        try await DocumentFixture.run { documents in
            try await documents.database.migrate(DropStore.migrations + PartedUploads.migrations)
            let directory = try TemporaryDirectory()
            let random = SystemRandomSource()
            let blobs = try LocalBlobStore(
                root: "\(directory.path)/blobs",
                threads: NIOThreadPool.singleton,
                random: random,
                shredPasses: 0,
                logger: Logger(label: "test")
            )
            let drops = DropStore(
                database: documents.database,
                blobs: blobs,
                clock: documents.clock,
                random: random
            )
            let parts = FileParts(
                try FileSettings(SettingsGroup { _ in nil }),
                serverParts(drops, blobs, clock: documents.clock, dataPath: directory.path),
                documents.parts,
                originals: NoOriginals()
            )
            try await body(Fixture(documents: documents, blobs: blobs, parts: parts, drops: drops))
            withExtendedLifetime(directory) {}
        }
    }

    @Test func filesAreNamedInTheDocument() async throws {
        try await Self.run { fixture async throws in
            let file = try await fixture.take([1, 2, 3])
            #expect(file.isUploaded)
            #expect(try await fixture.entry(file) != nil)
            #expect(try await fixture.documents.row("SELECT type FROM heaper_blocks WHERE id = 'BLOCK'") == "file")
        }
    }

    @Test func bytesGoWithTheirLastFile() async throws {
        try await Self.run { fixture async throws in
            try await fixture.take([1, 2, 3], into: "ONE")
            try await fixture.take([1, 2, 3], into: "TWO")
            #expect(try await fixture.contentCount() == 1)
            #expect(try await fixture.blobCount() == 1)
            #expect(try await fixture.remove("ONE").bytes == 0)
            #expect(try await fixture.blobCount() == 1)
            let freed = try await fixture.remove("TWO")
            #expect(freed.bytes == 3)
            await fixture.parts.contents.erase(freed)
            #expect(try await fixture.blobCount() == 0)
            #expect(try await fixture.contentCount() == 0)
        }
    }

    @Test func bytesThatLostTheirFilesUnnoticedAreFound() async throws {
        try await Self.run { fixture async throws in
            try await fixture.take([1, 2, 3])
            _ = try await fixture.documents.database.write { session in
                try session.execute("DELETE FROM heaper_files")
            }
            try await fixture.parts.contents.collect()
            #expect(try await fixture.blobCount() == 1)
            try await fixture.parts.contents.collectAll()
            #expect(try await fixture.blobCount() == 0)
        }
    }

    @Test func whatACrashKeptFromTheDocumentIsNamedLater() async throws {
        try await Self.run { fixture async throws in
            try await fixture.take([1], into: "OTHER")
            let (staged, hash) = try await fixture.staged([1, 2, 3])
            let store = fixture.parts.store
            let arrival = store.arrival(hash, size: 3, name: "a", mimeType: "text/plain", at: fixture.target())
            // The transaction of an upload, and nothing after it.
            let (drops, user) = (fixture.drops, fixture.user)
            let file = try await fixture.documents.database.write { session in
                let drop = store.newDrop(due: nil)
                _ = try drops.insert(drop, in: session)
                _ = try drops.attach(staged, to: drop.id, slot: 0, in: session)
                _ = try store.contents.adopt(drop.id, as: hash, size: 3, at: store.clock.now, in: session)
                return try store.record(arrival, by: user, in: session)
            }
            #expect(try await fixture.entry(file) == nil)
            try await fixture.parts.upkeep.listUnlisted()
            #expect(try await fixture.entry(file) != nil)
        }
    }

    @Test func usageCountsTheSameBytesOnce() async throws {
        try await Self.run { fixture async throws in
            try await fixture.take([1, 2, 3], into: "ONE")
            try await fixture.take([1, 2, 3], into: "TWO")
            try await fixture.take([1, 2, 3, 4], into: "TWO")
            let (user, heap) = (fixture.user, fixture.heap.heap)
            let usage = try await fixture.documents.database.read { session in
                (try FileUsage.of(user, in: session), try FileUsage.of(heap, in: session))
            }
            #expect(usage.0 == FileUsage(files: 3, bytes: 7, largest: 4))
            #expect(usage.1 == usage.0)
        }
    }

    @Test func purgedBlocksTakeNoFiles() async throws {
        try await Self.run { fixture async throws in
            try await fixture.take([1])
            let stamps = fixture.documents.parts.stamps
            try await fixture.documents.database.write { session in
                try BlockRows.purge(BlockID(unchecked: "BLOCK"), stamp: try stamps.next(in: session), session)
            }
            await #expect(throws: HeaperError.blockNotFound) { try await fixture.take([1, 2]) }
            try await fixture.parts.contents.collect()
            #expect(try await fixture.blobCount() == 0)
        }
    }
}
