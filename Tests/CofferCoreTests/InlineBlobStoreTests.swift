import CofferTesting
import Crypto
import NIOCore
import NIOPosix
import Testing

@testable import CofferCore

@Suite("InlineBlobStore")
struct InlineBlobStoreTests {
    /// An inline store with a limit of 100 bytes over plain files.
    private struct Stores: Sendable {
        let files: BlobFixture
        let database: SQLiteDatabase
        let inline: InlineBlobStore

        static func run(
            maxInlineBytes: Int = 100,
            _ body: @Sendable (Stores) async throws -> Void
        ) async throws {
            let files = try BlobFixture()
            let database = try SQLiteDatabase(path: "\(files.directory.path)/coffer.sqlite")
            try await database.migrate(BlobTable.migrations)
            let inline = InlineBlobStore(
                base: files.local,
                database: database,
                random: SystemRandomSource(),
                maxInlineBytes: maxInlineBytes
            )
            let result: Result<Void, any Error>
            do {
                result = .success(try await body(Stores(files: files, database: database, inline: inline)))
            } catch {
                result = .failure(error)
            }
            try await database.close()
            try result.get()
        }

        func record(_ staged: StagedBlob) async throws {
            try await database.write { try BlobTable().insert(staged, in: $0) }
        }
    }

    @Test(arguments: [0, 1, 99, 100], [true, false])
    func smallBytesGoIntoTheRow(size: Int, wantsSHA256: Bool) async throws {
        try await Stores.run { stores in
            let bytes = patternBytes(size)
            let staged = try await stores.inline.stage(bytes, wantsSHA256: wantsSHA256, pieceBytes: 30)
            #expect(staged.blob.place == .inline)
            #expect(staged.blob.size == Int64(size))
            #expect(staged.blob.sha256 == (wantsSHA256 ? Array(SHA256.hash(data: bytes)) : nil))
            #expect(staged.inlineBytes.map { Array($0.readableBytesView) } == bytes)
            #expect(stores.files.stored.isEmpty)
            try await stores.record(staged)
            #expect(try await stores.inline.readAll(staged.blob) == bytes)
        }
    }

    @Test(arguments: [101, 5000, 700_000], [true, false])
    func largerBytesGoToTheBaseStore(size: Int, wantsSHA256: Bool) async throws {
        try await Stores.run { stores in
            let bytes = patternBytes(size)
            let staged = try await stores.inline.stage(bytes, wantsSHA256: wantsSHA256, pieceBytes: 30)
            #expect(staged.blob.place == .stored)
            #expect(staged.inlineBytes == nil)
            #expect(staged.blob.size == Int64(size))
            #expect(staged.blob.sha256 == (wantsSHA256 ? Array(SHA256.hash(data: bytes)) : nil))
            #expect(stores.files.stored.count == 1)
            try await stores.record(staged)
            #expect(try await stores.inline.readAll(staged.blob) == bytes)
        }
    }

    @Test func limitOfZeroStoresEverythingButNothing() async throws {
        try await Stores.run(maxInlineBytes: 0) { stores in
            #expect(try await stores.inline.stage([1]).blob.place == .stored)
            let empty = try await stores.inline.stage([])
            try await stores.record(empty)
            #expect(try await stores.inline.readAll(empty.blob) == [])
        }
    }

    @Test(arguments: [(0, 10), (5, 3), (90, 10), (90, 100), (100, 1), (500, 5), (0, 0)])
    func anyRangeIsRead(offset: Int, count: Int) async throws {
        try await Stores.run { stores in
            let bytes = patternBytes(100)
            let staged = try await stores.inline.stage(bytes)
            try await stores.record(staged)
            let reader = try await stores.inline.openReader(staged.blob)
            #expect(reader.size == 100)
            #expect(reader.plainFile == nil)
            #expect(try await reader.bytes(Int64(offset), count) == Array(bytes.dropFirst(offset).prefix(count)))
            reader.close()
        }
    }

    @Test func readerOutlivesTheRow() async throws {
        try await Stores.run { stores in
            let staged = try await stores.inline.stage([1, 2, 3])
            try await stores.record(staged)
            let reader = try await stores.inline.openReader(staged.blob)
            let deleted = try await stores.database.write { try BlobTable().delete(staged.blob.key, in: $0) }
            #expect(deleted == staged.blob)
            #expect(try await reader.bytes(0, 3) == [1, 2, 3])
            await #expect(throws: BlobError.missing) { try await stores.inline.openReader(staged.blob) }
        }
    }

    @Test(arguments: [50, 100, 101])
    func limitOfTheRequestHolds(limit: Int) async throws {
        try await Stores.run { stores in
            let bytes = patternBytes(limit + 1)
            let fits = try await stores.inline.stage(Array(bytes.dropLast()), maxBytes: Int64(limit))
            #expect(fits.blob.size == Int64(limit))
            await #expect(throws: BlobError.tooLarge(limit: Int64(limit))) {
                try await stores.inline.stage(bytes, maxBytes: Int64(limit), pieceBytes: 10)
            }
        }
    }

    @Test func cancelledOverflowLeavesNothing() async throws {
        try await Stores.run { stores in
            let writer = try await stores.inline.makeWriter(BlobRequest(maxBytes: 1 << 30, wantsSHA256: false))
            try await writer.write(ByteBuffer(bytes: patternBytes(700_000)))
            #expect(stores.files.stored.count == 1)
            await writer.cancel()
            #expect(try await eventually { stores.files.stored.isEmpty })
        }
    }

    @Test func erasingAStoredBlobReachesTheBaseStore() async throws {
        try await Stores.run { stores in
            let staged = try await stores.inline.stage(patternBytes(500))
            await stores.inline.erase(staged.blob)
            #expect(stores.files.stored.isEmpty)
            await #expect(throws: BlobError.missing) { try await stores.inline.openReader(staged.blob) }
        }
    }

    @Test(arguments: [0, 84, 85, 1000])
    func sealedBytesMayLieInTheRow(size: Int) async throws {
        try await Stores.run { stores in
            let sealed = SealedBlobStore(base: stores.inline, threads: .singleton, random: SystemRandomSource())
            let bytes = patternBytes(size)
            let staged = try await sealed.stage(bytes, wantsSHA256: true)
            #expect(staged.blob.place == (size + 16 <= 100 ? .inline : .stored))
            #expect(staged.blob.size == Int64(size))
            try await stores.record(staged)
            let key = staged.blob.key
            let rows = try await stores.database.read { session in
                try session.query("SELECT 1 FROM blobs WHERE key = \(key)") { $0.integer(0) }
            }
            #expect(rows == [1])
            #expect(try await sealed.readAll(staged.blob) == bytes)
        }
    }
}
