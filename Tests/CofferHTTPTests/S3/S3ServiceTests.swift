import CofferCore
import CofferTesting
import Crypto
import NIOCore
import Testing

@testable import CofferHTTP

/// Needs a real S3 service; `Tests/System/s3` starts one and runs these.
@Suite("S3BlobStore against a service", .enabled(if: S3Peer.current != nil))
struct S3ServiceTests {
    private static let large = 12 * 1024 * 1024 + 5

    @Test("bytes come back", arguments: [0, 1, 1000, 262_144, 262_145, 5 * 1024 * 1024, 5 * 1024 * 1024 + 1, large])
    func bytesComeBack(_ size: Int) async throws {
        try await S3ServiceFixture.run { fixture async throws in
            let bytes = patternBytes(size)
            let blob = try await fixture.store.stage(bytes, wantsSHA256: true).blob
            #expect(blob.size == Int64(size))
            #expect(blob.sha256 == Array(SHA256.hash(data: bytes)))
            #expect(try await fixture.stored() == ["blobs/\(blob.key)"])
            #expect(try await fixture.unfinished() == [])
            #expect(try await fixture.store.readAll(blob) == bytes)
        }
    }

    @Test("sealed bytes come back", arguments: [0, 65_536, 65_537, large])
    func sealedBytesComeBack(_ size: Int) async throws {
        try await S3ServiceFixture.run { fixture async throws in
            let bytes = patternBytes(size)
            let blob = try await fixture.sealed.stage(bytes).blob
            #expect(try await fixture.sealed.readAll(blob) == bytes)
            let stored = try await fixture.client.size(of: "blobs/\(blob.key)")
            #expect(stored == Int64(size) + 16 * max(1, (Int64(size) + 65_535) / 65_536))
        }
    }

    @Test func anyRangeIsRead() async throws {
        try await S3ServiceFixture.run { fixture async throws in
            let bytes = patternBytes(1_000_000)
            let blob = try await fixture.store.stage(bytes).blob
            let reader = try await fixture.store.openReader(blob)
            defer { reader.close() }
            #expect(reader.plainFile == nil)
            var ranges = [(0, 10), (10, 10), (999_990, 10), (999_990, 100), (1_000_000, 1), (2_000_000, 5), (0, 0)]
            for _ in 0..<30 { ranges.append((Int.random(in: 0...1_000_000), Int.random(in: 0...400_000))) }
            for (offset, count) in ranges {
                let read = try await reader.read(from: Int64(offset), count: count)
                #expect(Array(read.readableBytesView) == Array(bytes.dropFirst(offset).prefix(count)), "\(offset)")
            }
        }
    }

    @Test func severalTasksReadOneBlob() async throws {
        try await S3ServiceFixture.run { fixture async throws in
            let bytes = patternBytes(600_000)
            let blob = try await fixture.store.stage(bytes).blob
            let reader = try await fixture.store.openReader(blob)
            defer { reader.close() }
            try await withThrowingTaskGroup { group in
                for part in 0..<6 {
                    group.addTask {
                        let read = try await reader.read(from: Int64(part * 100_000), count: 100_000)
                        #expect(Array(read.readableBytesView) == Array(bytes[part * 100_000..<(part + 1) * 100_000]))
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test("the limit leaves nothing", arguments: [1000, large])
    func limitLeavesNothing(_ size: Int) async throws {
        try await S3ServiceFixture.run { fixture async throws in
            let bytes = patternBytes(size)
            await #expect(throws: BlobError.tooLarge(limit: Int64(size) - 1)) {
                try await fixture.store.stage(bytes, maxBytes: Int64(size) - 1)
            }
            #expect(try await fixture.store.stage(bytes, maxBytes: Int64(size)).blob.size == Int64(size))
            #expect(try await eventually { try await fixture.unfinished() == [] })
            #expect(try await fixture.stored().count == 1)
        }
    }

    @Test func cancelledWriterLeavesNothing() async throws {
        try await S3ServiceFixture.run { fixture async throws in
            let writer = try await fixture.store.makeWriter(BlobRequest(maxBytes: 1 << 30, wantsSHA256: false))
            try await writer.write(ByteBuffer(bytes: patternBytes(Self.large)))
            #expect(try await fixture.unfinished().count == 1)
            #expect(try await fixture.stored() == [])
            await writer.cancel()
            #expect(try await eventually { try await fixture.unfinished() == [] })
        }
    }

    @Test func eraseWaitsForTheLastOpenReader() async throws {
        try await S3ServiceFixture.run { fixture async throws in
            let bytes = patternBytes(100_000)
            let blob = try await fixture.store.stage(bytes).blob
            let reader = try await fixture.store.openReader(blob)
            await fixture.store.erase(blob)
            #expect(try await fixture.stored().count == 1)
            let read = try await reader.read(from: 50_000, count: 50_000)
            #expect(Array(read.readableBytesView) == Array(bytes[50_000...]))
            reader.close()
            reader.close()
            #expect(try await eventually { try await fixture.stored() == [] })
            await #expect(throws: BlobError.missing) { try await fixture.store.openReader(blob) }
            await fixture.store.erase(blob)
        }
    }

    @Test func emptyBlobIsMissingWhenItIsGone() async throws {
        try await S3ServiceFixture.run { fixture async throws in
            let blob = try await fixture.store.stage([]).blob
            #expect(try await fixture.store.readAll(blob) == [])
            await fixture.store.erase(blob)
            await #expect(throws: BlobError.missing) { try await fixture.store.openReader(blob) }
        }
    }

    @Test func probeLeavesNothing() async throws {
        try await S3ServiceFixture.run { fixture async throws in
            try await fixture.store.probe()
            try await fixture.client.tryOut(name: "x")
            #expect(try await fixture.client.list("").objects.map(\.key) == [S3Owner.key])
        }
    }

    @Test func bucketOfAnotherDatabaseIsNotTouched() async throws {
        try await S3ServiceFixture.run { first async throws in
            _ = try await first.store.stage([1, 2, 3])
            try await S3ServiceFixture.run(identity: "you", prefix: first.location.prefix) { second async throws in
                await #expect(throws: S3Conflict.self) { try await second.store.checkOwner() }
                await #expect(throws: S3Conflict.self) { try await second.reconcile() }
                await #expect(throws: StorageError.self) { try await second.store.stage([1]) }
                await #expect(throws: StorageError.self) { try await second.store.probe() }
            }
            #expect(try await first.stored().count == 1)
        }
    }
}
