import CofferTesting
import Crypto
import NIOCore
import Testing

@testable import CofferCore

@Suite("PartedUploads with equal parts")
struct EqualPartsTests {
    private static let partBytes = 100_000

    private struct Fixture: Sendable {
        let base: DropFixture
        let parts: PartedUploads
        let upload: OpenUpload

        func add(_ index: Int64, _ bytes: [UInt8], cutAt cut: Int? = nil) async throws {
            var limits = PartedUploads.Limits()
            limits.digestsEarly = true
            limits.maxParked = .max
            _ = try await parts.add(
                index,
                Pieces(bytes: bytes, cut: cut),
                declared: nil,
                to: upload,
                limits: limits
            )
        }

        func addAll(of bytes: [UInt8], _ indices: some Sequence<Int>) async throws {
            for index in indices { try await add(Int64(index), EqualPartsTests.part(index, of: bytes)) }
        }

        func complete(as bytes: [UInt8]) async throws -> [UInt8] {
            let (drops, parts, upload) = (base.drops, parts, upload)
            try await parts.complete(upload, sha256: Array(SHA256.hash(data: bytes))) {
                try await drops.database.write { session in
                    _ = try drops.makeReady(upload.drop, in: session)
                    try parts.close(upload, in: session)
                }
            }
            let table = drops.table
            let slot = try await base.database.read { try table.slot(0, of: upload.drop, in: $0) }
            return try await base.blobs.readAll(try #require(slot?.blob))
        }

        /// The same upload as another process finds it.
        func restarted() throws -> Fixture {
            Fixture(base: base, parts: try EqualPartsTests.makeParts(base), upload: upload)
        }
    }

    /// A body that arrives in pieces, or breaks off.
    private struct Pieces: AsyncSequence, Sendable {
        struct Cut: Error {}

        let bytes: [UInt8]
        let cut: Int?

        struct AsyncIterator: AsyncIteratorProtocol {
            var rest: ArraySlice<UInt8>
            let isCut: Bool

            mutating func next() async throws -> ByteBuffer? {
                if rest.isEmpty, isCut { throw Cut() }
                guard !rest.isEmpty else { return nil }
                defer { rest = rest.dropFirst(30_000) }
                return ByteBuffer(bytes: rest.prefix(30_000))
            }
        }

        func makeAsyncIterator() -> AsyncIterator {
            AsyncIterator(rest: bytes[..<(cut ?? bytes.count)], isCut: cut != nil)
        }
    }

    private static func part(_ index: Int, of bytes: [UInt8]) -> [UInt8] {
        Array(bytes[(index * partBytes)..<min((index + 1) * partBytes, bytes.count)])
    }

    private static func makeParts(_ base: DropFixture) throws -> PartedUploads {
        let store = try base.makeFiles()
        return PartedUploads(drops: base.drops, store: store, random: SystemRandomSource())
    }

    private static func run(size: Int, _ body: @escaping @Sendable (Fixture) async throws -> Void) async throws {
        try await DropFixture.run { base in
            try await base.database.migrate(PartedUploads.migrations)
            let drop = try await base.makeDrop(state: .pending, expiresIn: .seconds(60), slots: [])
            let parts = try makeParts(base)
            let upload = try await base.database.write { session in
                try parts.open(drop.id, size: Int64(size), partBytes: Int64(partBytes), in: session)
                return try parts.find(drop.id, in: session)
            }
            try await body(Fixture(base: base, parts: parts, upload: try #require(upload)))
        }
    }

    @Test(arguments: [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]])
    func partsInAnyOrderMakeOneBlob(_ order: [Int]) async throws {
        let bytes = patternBytes(330_001)
        try await Self.run(size: bytes.count) { fixture async throws in
            try await fixture.addAll(of: bytes, order)
            #expect(try await fixture.complete(as: bytes) == bytes)
            #expect(fixture.base.storedCount == 1)
        }
    }

    @Test func repeatedPartReplacesTheEarlierOne() async throws {
        let (bytes, other) = (patternBytes(330_001), patternBytes(330_001, seed: 2))
        try await Self.run(size: bytes.count) { fixture async throws in
            // In the ordered beginning, behind a gap, the last one, and one of them twice.
            try await fixture.addAll(of: other, [0, 1, 3])
            try await fixture.addAll(of: bytes, [3, 0])
            try await fixture.addAll(of: other, [1, 0])
            try await fixture.addAll(of: bytes, [1, 0, 2])
            #expect(try await fixture.parts.progress(of: fixture.upload).received == [0...3])
            #expect(try await fixture.complete(as: bytes) == bytes)
        }
    }

    @Test func replacedPartSurvivesARestart() async throws {
        let (bytes, other) = (patternBytes(330_001), patternBytes(330_001, seed: 2))
        try await Self.run(size: bytes.count) { fixture async throws in
            try await fixture.addAll(of: other, [0, 1])
            try await fixture.addAll(of: bytes, [2, 3, 0])
            let later = try fixture.restarted()
            #expect(try await later.parts.progress(of: later.upload).contiguousBytes == 330_001)
            try await later.addAll(of: bytes, [1])
            #expect(try await later.restarted().complete(as: bytes) == bytes)
        }
    }

    @Test func brokenRepetitionLeavesTheEarlierPart() async throws {
        let (bytes, other) = (patternBytes(330_001), patternBytes(330_001, seed: 2))
        try await Self.run(size: bytes.count) { fixture async throws in
            try await fixture.addAll(of: bytes, 0..<4)
            await #expect(throws: Pieces.Cut.self) {
                try await fixture.add(1, Self.part(1, of: other), cutAt: 99_999)
            }
            await #expect(throws: PartError.wrongSize(expected: 100_000)) { try await fixture.add(1, [1, 2]) }
            await #expect(throws: PartError.wrongSize(expected: 30_001)) {
                try await fixture.add(3, Self.part(2, of: other))
            }
            #expect(try await fixture.complete(as: bytes) == bytes)
        }
    }

    @Test func numbersOutsideAreRefused() async throws {
        try await Self.run(size: 200_000) { fixture async throws in
            for index in [-1, 2, Int64.max] {
                await #expect(throws: PartError.noSuchPart) { try await fixture.add(index, [1]) }
            }
        }
    }

    @Test func otherBytesThanAnnouncedAreToldApart() async throws {
        let (bytes, other) = (patternBytes(330_001), patternBytes(330_001, seed: 2))
        try await Self.run(size: bytes.count) { fixture async throws in
            try await fixture.addAll(of: other, 0..<4)
            await #expect(throws: PartError.wrongDigest(actual: Array(SHA256.hash(data: other)))) {
                try await fixture.complete(as: bytes)
            }
            // The upload stays open, so what was wrong may still be put right.
            try await fixture.addAll(of: bytes, 0..<4)
            #expect(try await fixture.complete(as: bytes) == bytes)
        }
    }

    /// The drop is still there, and its bytes are gone.
    @Test func senderWhoComesAfterTheLastDownloadLeavesNoFileBehind() async throws {
        let bytes = patternBytes(200_000)
        try await Self.run(size: bytes.count) { fixture async throws in
            let (drops, upload) = (fixture.base.drops, fixture.upload)
            try await fixture.addAll(of: bytes, [0, 1])
            _ = try await fixture.complete(as: bytes)
            let blob = try await drops.database.write { try drops.detach(0, of: upload.drop, in: $0) }
            await drops.erase([try #require(blob)])
            await #expect(throws: PartError.gone) { try await fixture.addAll(of: bytes, [0]) }
            let base = fixture.base
            #expect(try await eventually { base.storedCount == 0 })
        }
    }

    /// When all have ended the rows alone are known, as after a restart.
    @Test func parallelRepetitionsLeaveOneWholePart() async throws {
        let bytes = patternBytes(330_001)
        for _ in 0..<20 {
            try await Self.run(size: bytes.count) { fixture async throws in
                try await withThrowingTaskGroup { group in
                    for index in [0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 0, 1, 0, 1, 0, 1] {
                        group.addTask { try await fixture.addAll(of: bytes, [index]) }
                    }
                    try await group.waitForAll()
                }
                #expect(try await fixture.complete(as: bytes) == bytes)
            }
        }
    }
}
