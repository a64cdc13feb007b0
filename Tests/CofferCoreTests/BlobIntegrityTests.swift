import CofferTesting
import Crypto
import Foundation
import Testing

@testable import CofferCore

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

    @Test(arguments: [32 * 1024 * 1024, 0])
    func verifiedReaderGivesTheBytesWhetherTheyAreHeldOrNot(budgetBytes: Int64) async throws {
        let bytes = patternBytes(600_000)
        let blob = try await fixture.sealed.stage(bytes).blob
        let reader = try await fixture.sealed.openReader(blob)
        let verdict = try await BlobIntegrity(budgetBytes: budgetBytes).verify(reader)
        guard case .intact(let verified) = verdict else {
            Issue.record("damaged")
            return
        }
        #expect((verified === reader) == (budgetBytes == 0))
        #expect(verified.size == 600_000)
        #expect(verified.plainFile == nil)
        var read: [UInt8] = []
        while read.count < bytes.count {
            let piece = try await verified.bytes(Int64(read.count), 100_000)
            try #require(!piece.isEmpty)
            read += piece
        }
        #expect(read == bytes)
        #expect(try await verified.bytes(600_000, 10) == [])
        verified.close()
    }

    @Test func heldBytesSurviveTheErasureOfTheBlob() async throws {
        let bytes = patternBytes(100_000)
        let blob = try await fixture.sealed.stage(bytes).blob
        let reader = try await fixture.sealed.openReader(blob)
        guard case .intact(let verified) = try await BlobIntegrity().verify(reader) else {
            Issue.record("damaged")
            return
        }
        await fixture.sealed.erase(blob)
        #expect(fixture.stored.isEmpty)
        #expect(try await verified.bytes(0, 100_000) == bytes)
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

@Suite("MemoryBudget")
struct MemoryBudgetTests {
    private func isRefused(_ bytes: Int64, by budget: MemoryBudget) -> Bool {
        budget.take(bytes) == nil
    }

    @Test func sharesComeBackWithTheirLastReference() {
        let budget = MemoryBudget(bytes: 10)
        do {
            let first = budget.take(6)
            #expect(first != nil)
            #expect(isRefused(5, by: budget))
            let second = budget.take(4)
            #expect(second != nil)
            #expect(isRefused(1, by: budget))
            withExtendedLifetime((first, second)) {}
        }
        #expect(!isRefused(10, by: budget))
        #expect(isRefused(11, by: budget))
    }
}
