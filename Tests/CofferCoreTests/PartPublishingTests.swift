import CofferTesting
import NIOCore
import Synchronization
import Testing

@testable import CofferCore

/// A store whose blobs lie elsewhere than the files of open uploads.
private final class PublishingStore: PartStore {
    let files: LocalBlobStore
    let steps = Mutex<[String]>([])
    private let failures: Atomic<Int>
    private let meanwhile: @Sendable (BlobKey) async throws -> Void

    init(_ files: LocalBlobStore, failures: Int, meanwhile: @escaping @Sendable (BlobKey) async throws -> Void) {
        self.files = files
        self.failures = Atomic(failures)
        self.meanwhile = meanwhile
    }

    var publishes: Bool { true }

    func openPartFile(_ key: BlobKey) async throws -> any PartFile { try await files.openPartFile(key) }
    func freeBytes() async throws -> Int64 { try await files.freeBytes() }

    func publish(_ blob: Blob) async throws {
        steps.withLock { $0.append("publish \(blob.size)") }
        try await meanwhile(blob.key)
        guard failures.subtract(1, ordering: .relaxed).oldValue <= 0 else { throw StorageError.unavailable("down") }
    }

    func retire(_ blob: Blob) async {
        steps.withLock { $0.append("retire") }
        await files.erase(blob)
    }
}

@Suite("PartedUploads: publishing")
struct PartPublishingTests {
    private struct Fixture: Sendable {
        let base: DropFixture
        let store: PublishingStore
        let parts: PartedUploads
        let upload: OpenUpload

        func complete() async throws {
            let (drops, parts, upload, store) = (base.drops, parts, upload, store)
            try await parts.complete(upload) {
                try await drops.database.write { session in
                    guard try drops.makeReady(upload.drop, in: session) else { throw PartError.gone }
                    try parts.close(upload, in: session)
                }
                store.steps.withLock { $0.append("ready") }
            }
        }

        var steps: [String] { store.steps.withLock { $0 } }
    }

    private static func run(
        failures: Int = 0,
        deletes: Bool = false,
        _ body: @escaping @Sendable (Fixture) async throws -> Void
    ) async throws {
        try await DropFixture.run { base in
            try await base.database.migrate(PartedUploads.migrations)
            let drop = try await base.makeDrop(state: .pending, limit: 1, expiresIn: .seconds(60), slots: [])
            let files = try base.makeFiles()
            let store = PublishingStore(files, failures: failures) { _ in
                if deletes { _ = try await base.drops.delete(drop.id) }
            }
            let parts = PartedUploads(drops: base.drops, store: store, random: SystemRandomSource())
            let upload = try await base.database.write { session in
                try parts.open(drop.id, size: 6, in: session)
                return try parts.find(drop.id, in: session)
            }
            let fixture = Fixture(base: base, store: store, parts: parts, upload: try #require(upload))
            for index in [1, 0] as [Int64] {
                let bytes = AsyncStream<ByteBuffer> { continuation in
                    continuation.yield(ByteBuffer(bytes: [1, 2, 3]))
                    continuation.finish()
                }
                _ = try await parts.add(index, bytes, declared: 3, to: fixture.upload, limits: PartedUploads.Limits())
            }
            try await body(fixture)
        }
    }

    @Test func fileIsPublishedThenTheDropIsReadyThenTheFileGoes() async throws {
        try await Self.run { fixture async throws in
            try await fixture.complete()
            #expect(fixture.steps == ["publish 6", "ready", "retire"])
            let base = fixture.base
            #expect(try await eventually { base.storedCount == 0 })
        }
    }

    @Test func senderWhoComesTooLateLeavesNoFileBehind() async throws {
        try await Self.run { fixture async throws in
            try await fixture.complete()
            let bytes = AsyncStream<ByteBuffer> { $0.finish() }
            await #expect(throws: PartError.gone) {
                try await fixture.parts.add(0, bytes, declared: 3, to: fixture.upload, limits: PartedUploads.Limits())
            }
            let base = fixture.base
            #expect(try await eventually { base.storedCount == 0 })
        }
    }

    /// The time for publishing is short, compared with how long some uploads may lie idle.
    @Test func failureDoesNotMakeTheUploadExpireEarlier() async throws {
        try await Self.run(failures: 1) { fixture async throws in
            let (drops, drop) = (fixture.base.drops, fixture.upload.drop)
            let due = drops.clock.now.advanced(by: .seconds(7 * 86400))
            try await drops.database.write { try drops.postpone(drop, until: due, in: $0) }
            await #expect(throws: StorageError.unavailable("down")) { try await fixture.complete() }
            let after = try await drops.database.read { session in
                try session.first("SELECT due_at FROM drops WHERE id = \(drop)") { $0.time(0) }
            }
            #expect(after == due)
        }
    }

    @Test func failureLeavesTheUploadOpenAndCanBeRepeated() async throws {
        try await Self.run(failures: 1) { fixture async throws in
            await #expect(throws: StorageError.unavailable("down")) { try await fixture.complete() }
            #expect(fixture.base.storedCount == 1)
            try await fixture.complete()
            #expect(fixture.steps == ["publish 6", "publish 6", "ready", "retire"])
        }
    }

    @Test("an upload that is deleted meanwhile is never ready", arguments: [0, 1])
    func deletedUploadIsNeverReady(_ failures: Int) async throws {
        try await Self.run(failures: failures, deletes: true) { fixture async throws in
            let error: any Error = failures == 0 ? PartError.gone : StorageError.unavailable("down")
            await #expect { try await fixture.complete() } throws: { "\($0)" == "\(error)" }
            #expect(fixture.steps == ["publish 6"])
            let base = fixture.base
            #expect(try await eventually { base.storedCount == 0 })
        }
    }

    @Test func openUploadsAreNamedByTheirKeys() async throws {
        try await Self.run { fixture async throws in
            let (key, database) = (fixture.upload.key, fixture.base.database)
            let keys = { @Sendable (prefix: String) in
                try await database.read { try PartedUploads.openKeys(withPrefix: prefix, in: $0) }
            }
            #expect(try await keys(String(key.description.prefix(2))) == [key])
            let other = key.description.hasPrefix("00") ? "01" : "00"
            #expect(try await keys(other) == [])
            try await fixture.complete()
            #expect(try await keys(String(key.description.prefix(2))) == [])
        }
    }
}
