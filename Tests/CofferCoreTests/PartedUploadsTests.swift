import CofferTesting
import NIOCore
import Testing

@testable import CofferCore

@Suite("PartedUploads")
struct PartedUploadsTests {
    private struct Fixture: Sendable {
        let base: DropFixture
        let parts: PartedUploads
        let upload: OpenUpload

        func add(_ index: Int64, _ bytes: [UInt8], isDeclared: Bool = true) async throws -> Int64 {
            try await parts.add(
                index,
                pieces(of: bytes),
                declared: isDeclared ? Int64(bytes.count) : nil,
                to: upload,
                limits: PartedUploads.Limits()
            )
        }

        /// The bytes of the finished upload, as a reader gets them.
        func finished() async throws -> [UInt8] {
            let (drops, parts, upload) = (base.drops, parts, upload)
            try await parts.complete(upload) {
                try await drops.database.write { session in
                    _ = try drops.makeReady(upload.drop, in: session)
                    try parts.close(upload, in: session)
                }
            }
            let table = drops.table
            let slot = try await base.database.read { try table.slot(0, of: upload.drop, in: $0) }
            return try await base.blobs.readAll(try #require(slot?.blob))
        }
    }

    private static func run(
        size: Int,
        _ body: @escaping @Sendable (Fixture) async throws -> Void
    ) async throws {
        try await DropFixture.run { base in
            try await base.database.migrate(PartedUploads.migrations)
            let drop = try await base.makeDrop(state: .pending, limit: 1, expiresIn: .seconds(60), slots: [])
            let store = try base.makeFiles()
            let parts = PartedUploads(drops: base.drops, store: store, random: SystemRandomSource())
            let upload = try await base.database.write { session in
                try parts.open(drop.id, size: Int64(size), in: session)
                return try parts.find(drop.id, in: session)
            }
            try await body(Fixture(base: base, parts: parts, upload: try #require(upload)))
        }
    }

    @Test func partsInAnyOrderMakeOneBlob() async throws {
        let bytes = patternBytes(700_000)
        try await Self.run(size: bytes.count) { fixture async throws in
            let pieces = [Array(bytes[..<300_000]), Array(bytes[300_000..<600_000]), Array(bytes[600_000...])]
            #expect(try await fixture.add(2, pieces[2]) == 0)
            #expect(try await fixture.add(0, pieces[0]) == 300_000)
            #expect(try await fixture.add(1, pieces[1]) == 700_000)
            #expect(try await fixture.finished() == bytes)
            #expect(fixture.base.storedCount == 1)
        }
    }

    @Test func parallelPartsOfOddSizesMakeOneBlob() async throws {
        let bytes = patternBytes(900_000)
        var random = SeededGenerator(state: 7)
        var cuts = [0, bytes.count]
        for _ in 0..<20 { cuts.append(Int.random(in: 1..<bytes.count, using: &random)) }
        let edges = Array(Set(cuts)).sorted()
        let ranges = zip(edges, edges.dropFirst()).map { $0..<$1 }
        try await Self.run(size: bytes.count) { fixture async throws in
            try await withThrowingTaskGroup { group in
                for (index, range) in ranges.enumerated().reversed() {
                    group.addTask {
                        _ = try await fixture.add(Int64(index), Array(bytes[range]), isDeclared: index % 3 > 0)
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await fixture.finished() == bytes)
        }
    }

    @Test func repeatedPartIsReadAndDropped() async throws {
        try await Self.run(size: 6) { fixture async throws in
            #expect(try await fixture.add(0, [1, 2, 3]) == 3)
            #expect(try await fixture.add(0, [9, 9, 9]) == 3)
            #expect(try await fixture.add(1, [4, 5, 6]) == 6)
            #expect(try await fixture.finished() == [1, 2, 3, 4, 5, 6])
        }
    }

    @Test func whatDoesNotFitIsRefusedAndLeavesTheUploadOpen() async throws {
        try await Self.run(size: 5) { fixture async throws in
            #expect(try await fixture.add(0, [1, 2, 3]) == 3)
            await #expect(throws: PartError.exceedsUpload) { try await fixture.add(1, [4, 5, 6]) }
            await #expect(throws: PartError.exceedsUpload) { try await fixture.add(1, [4, 5, 6], isDeclared: false) }
            await #expect(throws: PartError.empty) { try await fixture.add(1, []) }
            #expect(try await fixture.add(1, [4, 5]) == 5)
            #expect(try await fixture.finished() == [1, 2, 3, 4, 5])
        }
    }

    @Test func tooManyWaitingPartsAreRefused() async throws {
        try await Self.run(size: 100) { fixture async throws in
            for index in 1...64 { #expect(try await fixture.add(Int64(index), [UInt8(index)]) == 0) }
            await #expect(throws: PartError.tooManyParked) { try await fixture.add(65, [65]) }
            #expect(try await fixture.add(0, [0]) == 65)
            #expect(try await fixture.add(65, [65]) == 66)
        }
    }

    @Test func partLargerThanAllowedIsRefused() async throws {
        try await Self.run(size: 1 << 30) { fixture async throws in
            let limit: Int64 = 16 * 1024 * 1024
            await #expect(throws: PartError.tooLarge(limit: limit)) {
                try await fixture.parts.add(
                    0,
                    pieces(of: []),
                    declared: limit + 1,
                    to: fixture.upload,
                    limits: PartedUploads.Limits()
                )
            }
        }
    }

    @Test func incompleteUploadCannotBeArranged() async throws {
        try await Self.run(size: 6) { fixture async throws in
            #expect(try await fixture.add(1, [4, 5, 6]) == 0)
            await #expect(throws: PartError.incomplete) { try await fixture.parts.complete(fixture.upload) {} }
        }
    }

    @Test func deletedUploadLeavesNoFile() async throws {
        try await Self.run(size: 6) { fixture async throws in
            #expect(try await fixture.add(0, [1, 2, 3]) == 3)
            #expect(fixture.base.storedCount == 1)
            #expect(try await fixture.base.drops.delete(fixture.upload.drop))
            let base = fixture.base
            #expect(try await eventually { base.storedCount == 0 })
            await #expect(throws: PartError.gone) { try await fixture.add(1, [4, 5, 6]) }
            #expect(try await eventually { base.storedCount == 0 })
        }
    }

    @Test func progressTellsWhatIsThere() async throws {
        try await Self.run(size: 50) { fixture async throws in
            for index in [0, 1, 4, 5, 7] { _ = try await fixture.add(Int64(index), [0, 0, 0]) }
            let progress = try await fixture.parts.progress(of: fixture.upload)
            #expect(progress == PartProgress(contiguousBytes: 6, received: [0...1, 4...5, 7...7]))
        }
    }
}

/// Bytes as a body that arrives in pieces.
private func pieces(of bytes: [UInt8]) -> AsyncStream<ByteBuffer> {
    AsyncStream { continuation in
        for start in stride(from: 0, to: bytes.count, by: 70_000) {
            continuation.yield(ByteBuffer(bytes: bytes[start..<min(start + 70_000, bytes.count)]))
        }
        continuation.finish()
    }
}
