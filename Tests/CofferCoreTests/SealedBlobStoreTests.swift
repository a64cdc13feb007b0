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

@Suite("SealedBlobStore: altered bytes")
struct SealedBlobTamperingTests {
    private let fixture: BlobFixture

    init() throws {
        fixture = try BlobFixture()
    }

    /// Reads all of a blob whose stored bytes were changed.
    private func read(_ blob: Blob, storedAs bytes: [UInt8]) async throws -> [UInt8] {
        try fixture.overwrite(blob, with: bytes)
        let reader = try await fixture.sealed.openReader(blob)
        defer { reader.close() }
        return try await reader.bytes(0, Int(blob.size))
    }

    @Test(arguments: [0, 40])
    func everySingleFlippedByteIsRefused(size: Int) async throws {
        let blob = try await fixture.sealed.stage(patternBytes(size), wantsSHA256: true).blob
        let stored = try #require(fileBytes(fixture.path(of: blob)))
        for position in stored.indices {
            var altered = stored
            altered[position] ^= 1
            await #expect(throws: BlobError.corrupt, "byte \(position)") {
                try await read(blob, storedAs: altered)
            }
        }
        #expect(try await read(blob, storedAs: stored) == patternBytes(size))
    }

    enum Damage: String, CaseIterable {
        case swapped, droppedFirst, droppedMiddle, droppedLast, repeated, cut, cutByOne, grown, emptied
    }

    @Test(arguments: Damage.allCases)
    func movedLostOrAddedChunksAreRefused(damage: Damage) async throws {
        let chunk = 65_536 + 16
        let bytes = patternBytes(2 * 65_536 + 100)
        let blob = try await fixture.sealed.stage(bytes).blob
        let stored = try #require(fileBytes(fixture.path(of: blob)))
        let (first, second, last) = (stored[..<chunk], stored[chunk..<2 * chunk], stored[(2 * chunk)...])
        let altered: ArraySlice<UInt8> =
            switch damage {
            case .swapped: second + first + last
            case .droppedFirst: second + last
            case .droppedMiddle: first + last
            case .droppedLast: first + second
            case .repeated: first + first + last
            case .cut: stored.prefix(chunk + 10)
            case .cutByOne: stored.dropLast()
            case .grown: stored[...] + [0]
            case .emptied: []
            }
        await #expect(throws: BlobError.corrupt) { try await read(blob, storedAs: Array(altered)) }
    }

    @Test func bytesAddedAfterAFullLastChunkNeverReachTheReader() async throws {
        let bytes = patternBytes(65_536)
        let blob = try await fixture.sealed.stage(bytes).blob
        let stored = try #require(fileBytes(fixture.path(of: blob)))
        let got = try? await read(blob, storedAs: stored + [1, 2, 3])
        #expect(got == nil || got == bytes)
    }

    @Test(arguments: [-65_536, -1, 1, 16, 65_536] as [Int64])
    func alteredSizeIsRefused(change: Int64) async throws {
        let blob = try await fixture.sealed.stage(patternBytes(100_000), wantsSHA256: true).blob
        let altered = Blob(
            key: blob.key,
            size: blob.size + change,
            sha256: blob.sha256,
            seal: blob.seal,
            place: blob.place
        )
        let reader = try await fixture.sealed.openReader(altered)
        defer { reader.close() }
        await #expect(throws: BlobError.corrupt) { try await reader.bytes(0, Int(altered.size)) }
    }

    @Test(arguments: [nil, [UInt8](repeating: 0, count: 32)])
    func alteredDigestIsRefused(digest: [UInt8]?) async throws {
        let blob = try await fixture.sealed.stage([1, 2, 3], wantsSHA256: true).blob
        let altered = Blob(key: blob.key, size: 3, sha256: digest, seal: blob.seal, place: .stored)
        await #expect(throws: BlobError.corrupt) { try await fixture.sealed.readAll(altered) }
    }

    @Test func bytesOfAnotherBlobAreRefused() async throws {
        let one = try await fixture.sealed.stage([1, 2, 3]).blob
        let two = try await fixture.sealed.stage([4, 5, 6]).blob
        let other = try #require(fileBytes(fixture.path(of: two)))
        await #expect(throws: BlobError.corrupt) { try await read(one, storedAs: other) }
    }
}

@Suite("BlobIntegrity")
struct BlobIntegrityTests {
    private let fixture: BlobFixture

    init() throws {
        fixture = try BlobFixture()
    }

    @Test(arguments: SealedBlobStoreTests.sizes)
    func intactBlobHasNoDamage(size: Int) async throws {
        let blob = try await fixture.sealed.stage(patternBytes(size)).blob
        let reader = try await fixture.sealed.openReader(blob)
        defer { reader.close() }
        #expect(try await damage(in: reader) == nil)
    }

    @Test(arguments: [
        (0, 0), (65_000, 0), (262_208, 262_144), (300_000, 262_144), (1_048_700, 786_432), (1_048_840, 1_048_576),
    ])
    func damageIsToldByTheDigestOfTheBytesBefore(flipped: Int, intact: Int) async throws {
        let bytes = patternBytes(1_048_577)
        let blob = try await fixture.sealed.stage(bytes).blob
        var stored = try #require(fileBytes(fixture.path(of: blob)))
        let position = min(flipped, stored.count - 1)
        stored[position] ^= 0x80
        try fixture.overwrite(blob, with: stored)
        let reader = try await fixture.sealed.openReader(blob)
        defer { reader.close() }
        #expect(try await damage(in: reader) == Array(SHA256.hash(data: bytes.prefix(intact))))
    }

    @Test func cutBlobIsDamaged() async throws {
        let bytes = patternBytes(600_000)
        let blob = try await fixture.sealed.stage(bytes).blob
        let stored = try #require(fileBytes(fixture.path(of: blob)))
        try fixture.overwrite(blob, with: Array(stored.prefix(300_000)))
        let reader = try await fixture.sealed.openReader(blob)
        defer { reader.close() }
        #expect(try await damage(in: reader) == Array(SHA256.hash(data: bytes.prefix(262_144))))
    }

    @Test func damagedEmptyBlobIsTold() async throws {
        let blob = try await fixture.sealed.stage([]).blob
        try fixture.overwrite(blob, with: [UInt8](repeating: 0, count: 16))
        let reader = try await fixture.sealed.openReader(blob)
        defer { reader.close() }
        #expect(try await damage(in: reader) == Array(SHA256.hash(data: [UInt8]())))
    }
}

/// The digest in front of the first damaged piece; nil for an intact blob.
private func damage(in reader: any BlobReader) async throws -> [UInt8]? {
    switch try await BlobIntegrity().verify(reader) {
    case .intact(let verified):
        #expect(verified.size == reader.size)
        return nil
    case .damaged(let sha256): return sha256
    }
}
