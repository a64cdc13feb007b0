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

/// A heap with files, and the parts that look after them.
struct FileFixture: Sendable {
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
    func take(
        _ bytes: [UInt8],
        into block: String = "BLOCK",
        name: String = "a.txt",
        type: String = "text/plain"
    ) async throws -> HeaperFile {
        let (staged, hash) = try await staged(bytes)
        let arrival = parts.store.arrival(
            hash,
            size: Int64(bytes.count),
            name: name,
            mimeType: type,
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

    static func run(_ body: @Sendable (FileFixture) async throws -> Void) async throws {
        try await DocumentFixture.run { documents in
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
            try await body(FileFixture(documents: documents, blobs: blobs, parts: parts, drops: drops))
            withExtendedLifetime(directory) {}
        }
    }
}
