import CofferTesting
import Crypto
import Foundation
import NIOCore
import Testing

@testable import CofferCore

@Suite("LocalBlobStore")
struct LocalBlobStoreTests {
    private let fixture: BlobFixture

    init() throws {
        fixture = try BlobFixture()
    }

    @Test func blobLiesInTheFolderOfItsFirstTwoDigits() async throws {
        let blob = try await fixture.local.stage([1, 2, 3]).blob
        let key = blob.key.description
        #expect(fixture.stored == ["objects/\(key.prefix(2))/\(key)"])
        #expect(fileBytes(fixture.path(of: blob)) == [1, 2, 3])
        #expect(blob.place == .stored)
        #expect(blob.seal == nil)
        #expect(blob.size == 3)
    }

    @Test func filesHaveMode600AndFolders700() async throws {
        let blob = try await fixture.local.stage([1, 2, 3]).blob
        #expect(mode(of: fixture.path(of: blob)) == 0o600)
        for folder in ["", "/incoming", "/objects", "/objects/\(blob.key.description.prefix(2))"] {
            #expect(mode(of: fixture.root + folder) == 0o700)
        }
    }

    @Test func foldersAreMadeWhenTheyAreNeeded() async throws {
        #expect(folders.isEmpty)
        var made: Set<String> = []
        for _ in 0..<20 { made.insert(String(try await fixture.local.stage([1]).blob.key.description.prefix(2))) }
        #expect(folders == made)
    }

    /// Many blobs that want the same folders at once, in a store that finds some of them and lacks others.
    @Test func foldersAreMadeOnceForAllWhoWait() async throws {
        for _ in 0..<20 { _ = try await fixture.local.stage([1]) }
        let later = try BlobFixture(fixture.directory)
        let blobs = try await withThrowingTaskGroup(of: Blob.self) { tasks in
            for number in 0..<200 { tasks.addTask { try await later.local.stage([UInt8(number)]).blob } }
            return try await tasks.reduce(into: [Blob]()) { $0.append($1) }
        }
        for blob in blobs { #expect(fileBytes(later.path(of: blob))?.count == 1) }
    }

    @Test func missingFolderOfAPartFileIsMade() async throws {
        let key = BlobKey(random: SystemRandomSource())
        try await fixture.local.openPartFile(key).close()
        #expect(folders == [String(key.description.prefix(2))])
    }

    private var folders: Set<String> {
        Set((try? FileManager.default.contentsOfDirectory(atPath: "\(fixture.root)/objects")) ?? [])
    }

    @Test(arguments: [0, 1, 1024, 524_288, 524_289, 2_000_000])
    func bytesAreReadBackWithTheirDigest(size: Int) async throws {
        let bytes = patternBytes(size)
        let blob = try await fixture.local.stage(bytes, wantsSHA256: true).blob
        #expect(blob.size == Int64(size))
        #expect(blob.sha256 == Array(SHA256.hash(data: bytes)))
        #expect(try await fixture.local.readAll(blob) == bytes)
    }

    @Test func digestIsOnlyMadeWhenAsked() async throws {
        let staged = try await fixture.local.stage([1, 2, 3])
        #expect(staged.blob.sha256 == nil)
        #expect(staged.inlineBytes == nil)
    }

    @Test(arguments: [
        (0, 10), (5, 3), (9_990, 10), (9_990, 100), (10_000, 1), (20_000, 5), (0, 10_000), (0, 0), (4096, 4096),
    ])
    func anyRangeIsRead(offset: Int, count: Int) async throws {
        let bytes = patternBytes(10_000)
        let blob = try await fixture.local.stage(bytes).blob
        let reader = try await fixture.local.openReader(blob)
        defer { reader.close() }
        #expect(reader.size == 10_000)
        #expect(try await reader.bytes(Int64(offset), count) == Array(bytes.dropFirst(offset).prefix(count)))
    }

    @Test func plainFileHoldsExactlyTheBytes() async throws {
        let blob = try await fixture.local.stage(patternBytes(5000)).blob
        let reader = try await fixture.local.openReader(blob)
        defer { reader.close() }
        let file = try #require(reader.plainFile)
        let handle = FileHandle(fileDescriptor: file.descriptor, closeOnDealloc: false)
        #expect(try handle.readToEnd().map { Array($0) } == patternBytes(5000))
    }

    @Test func exactlyTheLimitPassesAndOneByteMoreDoesNot() async throws {
        let bytes = patternBytes(1_000_001)
        let fits = try await fixture.local.stage(Array(bytes.dropLast()), maxBytes: 1_000_000)
        #expect(fits.blob.size == 1_000_000)
        await #expect(throws: BlobError.tooLarge(limit: 1_000_000)) {
            try await fixture.local.stage(bytes, maxBytes: 1_000_000)
        }
        #expect(try await eventually { fixture.stored.count == 1 })
    }

    @Test func cancelledWriterLeavesNothing() async throws {
        let writer = try await fixture.local.makeWriter(BlobRequest(maxBytes: 1 << 30, wantsSHA256: true))
        try await writer.write(ByteBuffer(bytes: patternBytes(700_000)))
        #expect(fixture.stored.count == 1)
        #expect(fixture.stored.first?.hasPrefix("incoming/") == true)
        await writer.cancel()
        #expect(try await eventually { fixture.stored.isEmpty })
    }

    @Test func nothingIsVisibleBeforeFinish() async throws {
        let writer = try await fixture.local.makeWriter(BlobRequest(maxBytes: 1 << 30, wantsSHA256: false))
        try await writer.write(ByteBuffer(bytes: patternBytes(700_000)))
        #expect(fixture.stored.allSatisfy { $0.hasPrefix("incoming/") })
        let staged = try await writer.finish()
        #expect(fixture.stored == ["objects/\(staged.blob.key.description.prefix(2))/\(staged.blob.key)"])
    }

    @Test func incomingIsEmptiedAtTheNextStart() async throws {
        let kept = try await fixture.local.stage([1]).blob
        try Data([1, 2]).write(to: URL(fileURLWithPath: "\(fixture.root)/incoming/left-over"))
        let next = try BlobFixture(fixture.directory)
        #expect(next.stored.count == 1)
        #expect(try await next.local.readAll(kept) == [1])
    }

    @Test func missingFileIsMissing() async throws {
        let blob = try await fixture.local.stage([1]).blob
        await fixture.local.erase(blob)
        #expect(fixture.stored.isEmpty)
        await #expect(throws: BlobError.missing) { try await fixture.local.openReader(blob) }
    }

    @Test func eraseWaitsForTheLastOpenReader() async throws {
        let bytes = patternBytes(100_000)
        let blob = try await fixture.local.stage(bytes).blob
        let first = try await fixture.local.openReader(blob)
        let second = try await fixture.local.openReader(blob)
        await fixture.local.erase(blob)
        #expect(try await first.bytes(0, 100_000) == bytes)
        first.close()
        first.close()
        try await Task.sleep(for: .milliseconds(50))
        #expect(fixture.stored.count == 1)
        #expect(try await second.bytes(50_000, 50_000) == Array(bytes.dropFirst(50_000)))
        second.close()
        #expect(try await eventually { fixture.stored.isEmpty })
    }

    @Test func readerThatIsDroppedCountsAsClosed() async throws {
        let blob = try await fixture.local.stage([1]).blob
        do {
            let reader = try await fixture.local.openReader(blob)
            #expect(reader.size == 1)
            await fixture.local.erase(blob)
        }
        #expect(try await eventually { fixture.stored.isEmpty })
    }

    @Test func erasingTwiceIsHarmless() async throws {
        let blob = try await fixture.local.stage([1]).blob
        await fixture.local.erase(blob)
        await fixture.local.erase(blob)
        #expect(fixture.stored.isEmpty)
    }

    @Test func linkInPlaceOfABlobIsNotFollowed() async throws {
        let blob = try await fixture.local.stage([1]).blob
        let path = fixture.path(of: blob)
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/etc/hostname")
        await #expect(throws: StorageError.self) { try await fixture.local.openReader(blob) }
    }

    @Test func probeLeavesNothing() async throws {
        try await fixture.local.probe()
        #expect(fixture.stored.isEmpty)
    }

    @Test func probeFailsWhereNothingCanBeWritten() async throws {
        try FileManager.default.removeItem(atPath: "\(fixture.root)/incoming")
        await #expect(throws: StorageError.self) { try await fixture.local.probe() }
    }
}
