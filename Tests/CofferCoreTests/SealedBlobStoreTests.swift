import CofferTesting
import Crypto
import Foundation
import Testing

@testable import CofferCore

@Suite("SealedBlobStore")
struct SealedBlobStoreTests {
    static let sizes = [0, 1, 65_535, 65_536, 65_537, 524_288, 1_048_577]
    private let fixture: BlobFixture

    init() throws {
        fixture = try BlobFixture()
    }

    @Test(arguments: sizes, [1000, 300_000])
    func bytesComeBackAsTheyWent(size: Int, pieceBytes: Int) async throws {
        let bytes = patternBytes(size)
        let blob = try await fixture.sealed.stage(bytes, wantsSHA256: true, pieceBytes: pieceBytes).blob
        #expect(blob.size == Int64(size))
        #expect(blob.sha256 == Array(SHA256.hash(data: bytes)))
        #expect(blob.seal?.bytes.count == 32)
        let reader = try await fixture.sealed.openReader(blob)
        defer { reader.close() }
        #expect(reader.size == Int64(size))
        #expect(reader.plainFile == nil)
        #expect(try await reader.bytes(0, size) == bytes)
        let chunks = max(1, (size + 65_535) / 65_536)
        #expect(fileBytes(fixture.path(of: blob))?.count == size + 16 * chunks)
    }

    @Test(arguments: sizes)
    func anyRangeIsRead(size: Int) async throws {
        let bytes = patternBytes(size)
        let blob = try await fixture.sealed.stage(bytes).blob
        let reader = try await fixture.sealed.openReader(blob)
        defer { reader.close() }
        var ranges = [(0, 0), (0, 1), (0, size + 10), (size, 10)]
        if size > 0 { ranges += [(size + 5, 10), (65_535, 2), (65_536, 65_536)] }
        for _ in 0..<12 { ranges.append((Int.random(in: 0...size), Int.random(in: 0...size + 100))) }
        for (offset, count) in ranges {
            let read = try await reader.bytes(Int64(offset), count)
            #expect(read == Array(bytes.dropFirst(offset).prefix(count)), "\(count) bytes at \(offset)")
        }
    }

    @Test func readingPastTheEndOfAnEmptyBlobGivesNothing() async {
        // In a process of its own, because a trap would end all tests.
        await #expect(processExitsWith: .success) {
            let fixture = try BlobFixture()
            let reader = try await fixture.sealed.openReader(fixture.sealed.stage([]).blob)
            let read = try await reader.bytes(5, 10)
            #expect(read == [])
        }
    }

    @Test func storedBytesDoNotShowThePlainOnes() async throws {
        let sentence = Array("This sentence must not be found on the disk. ".utf8)
        let bytes = Array(repeatElement(sentence, count: 3000).joined())
        let blob = try await fixture.sealed.stage(bytes).blob
        let stored = Data(try #require(fileBytes(fixture.path(of: blob))))
        #expect(!stored.holds(Array(sentence.prefix(12))))
        #expect(!stored.holds(try #require(blob.seal).bytes))
    }

    @Test func equalBytesAreSealedDifferently() async throws {
        let bytes = patternBytes(1000)
        let one = try await fixture.sealed.stage(bytes).blob
        let two = try await fixture.sealed.stage(bytes).blob
        #expect(one.seal != two.seal)
        #expect(fileBytes(fixture.path(of: one)) != fileBytes(fixture.path(of: two)))
    }

    @Test func exactlyTheLimitPassesAndOneByteMoreDoesNot() async throws {
        let bytes = patternBytes(131_073)
        #expect(try await fixture.sealed.stage(Array(bytes.dropLast()), maxBytes: 131_072).blob.size == 131_072)
        await #expect(throws: BlobError.tooLarge(limit: 131_072)) {
            try await fixture.sealed.stage(bytes, maxBytes: 131_072)
        }
        #expect(try await eventually { fixture.stored.count == 1 })
    }

    @Test func otherKeyIsRefused() async throws {
        let blob = try await fixture.sealed.stage([1, 2, 3]).blob
        let wrong = SealKey(bytes: [UInt8](repeating: 7, count: 32))
        let altered = Blob(key: blob.key, size: 3, sha256: nil, seal: wrong, place: .stored)
        await #expect(throws: BlobError.corrupt) { try await fixture.sealed.readAll(altered) }
    }

    @Test func blobWithoutSealIsReadAsItIs() async throws {
        let blob = try await fixture.local.stage([1, 2, 3]).blob
        #expect(try await fixture.sealed.readAll(blob) == [1, 2, 3])
    }

    @Test(arguments: [1, 2])
    func erasedBytesAreOverwrittenWhereTheyLay(passes: Int) async throws {
        let fixture = try BlobFixture(shredPasses: passes)
        let blob = try await fixture.sealed.stage(patternBytes(600_000)).blob
        let before = try #require(fileBytes(fixture.path(of: blob)))
        let link = "\(fixture.directory.path)/link"
        try FileManager.default.linkItem(atPath: fixture.path(of: blob), toPath: link)
        await fixture.sealed.erase(blob)
        #expect(fixture.stored.isEmpty)
        let after = try #require(fileBytes(link))
        #expect(after.count == before.count)
        let same = zip(before, after).count { $0 == $1 }
        #expect(same < before.count / 100)
        #expect(!after.allSatisfy { $0 == 0 })
    }

    @Test func plainBytesAreUnlinkedWithoutOverwriting() async throws {
        let blob = try await fixture.local.stage([1, 2, 3]).blob
        let link = "\(fixture.directory.path)/link"
        try FileManager.default.linkItem(atPath: fixture.path(of: blob), toPath: link)
        await fixture.local.erase(blob)
        #expect(fixture.stored.isEmpty)
        #expect(fileBytes(link) == [1, 2, 3])
    }
}
