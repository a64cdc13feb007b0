import CofferTesting
import Foundation
import Testing

@testable import CofferCore

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
