import CofferTesting
import Crypto
import NIOCore
import Synchronization
import Testing

@testable import CofferCore

/// A store that makes parts durable only when it is told to.
private struct GatedStore: PartStore {
    final class Gate: Sendable {
        /// Syncs that wait now.
        let waiting = Atomic(0)
        let isOpen = Atomic(true)
    }

    let files: LocalBlobStore
    let gate: Gate

    var publishes: Bool { false }

    func openPartFile(_ key: BlobKey) async throws -> any PartFile {
        GatedFile(file: try await files.openPartFile(key), gate: gate)
    }

    func freeBytes() async throws -> Int64 { try await files.freeBytes() }
    func publish(_ blob: Blob) async throws {}
    func retire(_ blob: Blob) async {}
}

private final class GatedFile: PartFile {
    let file: any PartFile
    let gate: GatedStore.Gate

    init(file: any PartFile, gate: GatedStore.Gate) {
        self.file = file
        self.gate = gate
    }

    func reopened() async throws -> any PartFile {
        GatedFile(file: try await file.reopened(), gate: gate)
    }

    func sync() async throws {
        gate.waiting.add(1, ordering: .sequentiallyConsistent)
        while !gate.isOpen.load(ordering: .sequentiallyConsistent) { try await Task.sleep(for: .milliseconds(5)) }
        gate.waiting.subtract(1, ordering: .sequentiallyConsistent)
        try await file.sync()
    }

    func write(_ buffers: [ByteBuffer], at position: Int64) async throws {
        try await file.write(buffers, at: position)
    }

    func copy(from: Int64, to: Int64, length: Int64) async throws {
        try await file.copy(from: from, to: to, length: length)
    }

    func hashed(_ digest: SHA256, over range: Range<Int64>) async throws -> SHA256 {
        try await file.hashed(digest, over: range)
    }

    func discard(_ range: Range<Int64>) async { await file.discard(range) }
    func cut(to size: Int64) async throws { try await file.cut(to: size) }
    func close() { file.close() }
}

/// A store whose first caller gets its file when it is told to.
private final class SlowOpeningStore: PartStore {
    let files: LocalBlobStore
    let publishes: Bool
    let opens = Atomic(0)
    let mayOpen = Atomic(false)

    init(files: LocalBlobStore, publishes: Bool) {
        self.files = files
        self.publishes = publishes
    }

    func openPartFile(_ key: BlobKey) async throws -> any PartFile {
        if opens.add(1, ordering: .sequentiallyConsistent).oldValue == 0 {
            while !mayOpen.load(ordering: .sequentiallyConsistent) { try await Task.sleep(for: .milliseconds(5)) }
        }
        return try await files.openPartFile(key)
    }

    func freeBytes() async throws -> Int64 { try await files.freeBytes() }
    func publish(_ blob: Blob) async throws {}
    func retire(_ blob: Blob) async { await files.erase(blob) }
}

@Suite("PartedUploads: parts that the end overtakes")
struct OvertakenPartsTests {
    /// What has arrived whole is waited for; otherwise it would be cut away as soon as it counts.
    @Test func partThatBecomesDurableIsPartOfTheBlob() async throws {
        try await DropFixture.run { base in
            let gate = GatedStore.Gate()
            let files = try base.makeFiles()
            let store = GatedStore(files: files, gate: gate)
            let parts = PartedUploads(drops: base.drops, store: store, random: SystemRandomSource())
            let upload = try await Self.open(parts, base)
            let bytes = patternBytes(200_000)
            try await Self.add(0, [UInt8](repeating: 0, count: 100_000), to: upload, parts)
            try await Self.add(1, Array(bytes[100_000...]), to: upload, parts)
            gate.isOpen.store(false, ordering: .sequentiallyConsistent)
            try await withThrowingTaskGroup { group in
                group.addTask { try await Self.add(0, Array(bytes[..<100_000]), to: upload, parts) }
                #expect(try await eventually { gate.waiting.load(ordering: .sequentiallyConsistent) == 1 })
                group.addTask { try await Self.complete(upload, as: bytes, parts, base) }
                // Time enough for an end that does not wait.
                try await Task.sleep(for: .milliseconds(200))
                gate.isOpen.store(true, ordering: .sequentiallyConsistent)
                try await group.waitForAll()
            }
            let slot = try await base.database.read { try base.drops.table.slot(0, of: upload.drop, in: $0) }
            #expect(try await base.blobs.readAll(try #require(slot?.blob)) == bytes)
        }
    }

    /// A sender opens the file just when the upload ends, and makes it anew.
    @Test(arguments: [false, true])
    func fileThatIsMadeWhenTheUploadHasEndedGoes(publishes: Bool) async throws {
        try await DropFixture.run { base in
            let files = try base.makeFiles()
            let store = SlowOpeningStore(files: files, publishes: publishes)
            let parts = PartedUploads(drops: base.drops, store: store, random: SystemRandomSource())
            let upload = try await Self.open(parts, base)
            let bytes = patternBytes(200_000)
            try await withThrowingTaskGroup { group in
                group.addTask {
                    await #expect(throws: PartError.gone) {
                        try await Self.add(0, Array(bytes[..<100_000]), to: upload, parts)
                    }
                }
                #expect(try await eventually { store.opens.load(ordering: .sequentiallyConsistent) == 1 })
                if publishes {
                    // With a picture of the upload of its own, as after a restart.
                    let others = PartedUploads(drops: base.drops, store: store, random: SystemRandomSource())
                    try await Self.add(0, Array(bytes[..<100_000]), to: upload, others)
                    try await Self.add(1, Array(bytes[100_000...]), to: upload, others)
                    try await Self.complete(upload, as: bytes, others, base)
                } else {
                    _ = try await base.drops.delete(upload.drop)
                }
                #expect(try await eventually { base.storedCount == 0 })
                store.mayOpen.store(true, ordering: .sequentiallyConsistent)
                try await group.waitForAll()
            }
            #expect(try await eventually { base.storedCount == 0 })
        }
    }

    private static func open(_ parts: PartedUploads, _ base: DropFixture) async throws -> OpenUpload {
        try await base.database.migrate(PartedUploads.migrations)
        let drop = try await base.makeDrop(state: .pending, expiresIn: .seconds(60), slots: [])
        let upload = try await base.database.write { session in
            try parts.open(drop.id, size: 200_000, partBytes: 100_000, in: session)
            return try parts.find(drop.id, in: session)
        }
        return try #require(upload)
    }

    private static func add(
        _ index: Int64,
        _ bytes: [UInt8],
        to upload: OpenUpload,
        _ parts: PartedUploads
    ) async throws {
        let body = AsyncStream<ByteBuffer> { continuation in
            continuation.yield(ByteBuffer(bytes: bytes))
            continuation.finish()
        }
        _ = try await parts.add(index, body, declared: nil, to: upload, limits: PartedUploads.Limits())
    }

    private static func complete(
        _ upload: OpenUpload,
        as bytes: [UInt8],
        _ parts: PartedUploads,
        _ base: DropFixture
    ) async throws {
        let drops = base.drops
        try await parts.complete(upload, sha256: Array(SHA256.hash(data: bytes))) {
            try await drops.database.write { session in
                _ = try drops.makeReady(upload.drop, in: session)
                try parts.close(upload, in: session)
            }
        }
    }
}
