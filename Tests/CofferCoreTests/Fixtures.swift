import CofferTesting
import Foundation
import Logging
import NIOCore
import NIOPosix

@testable import CofferCore

/// A logger that says nothing.
let silentLogger = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }

/// Bytes without a pattern that repeats, the same for every run with one seed.
func patternBytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        let raw = UnsafeMutableRawBufferPointer(buffer)
        while filled < count {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            withUnsafeBytes(of: state) { word in
                let part = UnsafeRawBufferPointer(rebasing: word.prefix(count - filled))
                UnsafeMutableRawBufferPointer(rebasing: raw[filled...]).copyMemory(from: part)
                filled += part.count
            }
        }
    }
}

/// A directory in memory where the machine has one: what a test waits for should not be the disk.
func temporaryDirectory() throws -> TemporaryDirectory {
    let memory = "/dev/shm"
    return FileManager.default.isWritableFile(atPath: memory)
        ? try TemporaryDirectory(in: memory) : try TemporaryDirectory()
}

/// Looks until `condition` holds.
///
/// - Returns: false when it did not hold within a minute.
func eventually(_ condition: () async throws -> Bool) async throws -> Bool {
    for _ in 0..<6000 {
        if try await condition() { return true }
        try await Task.sleep(for: .milliseconds(10))
    }
    return false
}

/// The permission bits of a file; nil when there is none.
func mode(of path: String) -> Int? {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return (attributes?[.posixPermissions] as? NSNumber)?.intValue
}

func fileBytes(_ path: String) -> [UInt8]? {
    FileManager.default.contents(atPath: path).map { Array($0) }
}

/// The files of a local blob store, relative to its root, without its marker.
func storedFiles(below root: String) -> [String] {
    func names(_ folder: String) -> [String] { (try? FileCalls.names(in: "\(root)/\(folder)")) ?? [] }
    let objects = names("objects").flatMap { shard in names("objects/\(shard)").map { "objects/\(shard)/\($0)" } }
    return names("incoming").map { "incoming/\($0)" } + objects
}

extension BlobStore {
    /// Writes bytes in pieces of a size of the test's choice.
    func stage(
        _ bytes: [UInt8],
        maxBytes: Int64 = 1 << 30,
        wantsSHA256: Bool = false,
        pieceBytes: Int = 100_000
    ) async throws -> StagedBlob {
        let pieces = stride(from: 0, to: bytes.count, by: pieceBytes).map {
            ByteBuffer(bytes: bytes[$0..<min($0 + pieceBytes, bytes.count)])
        }
        let stream = AsyncStream<ByteBuffer> { continuation in
            for piece in pieces { continuation.yield(piece) }
            continuation.finish()
        }
        return try await write(stream, BlobRequest(maxBytes: maxBytes, wantsSHA256: wantsSHA256))
    }

    func readAll(_ blob: Blob) async throws -> [UInt8] {
        let reader = try await openReader(blob)
        defer { reader.close() }
        return try await reader.bytes(0, Int(reader.size))
    }
}

extension BlobReader {
    func bytes(_ offset: Int64, _ count: Int) async throws -> [UInt8] {
        var buffer = try await read(from: offset, count: count)
        return buffer.readBytes(length: buffer.readableBytes) ?? []
    }
}

extension AdmissionResult {
    var admission: Admission? {
        if case .admitted(let admission) = self { admission } else { nil }
    }

    var isExhausted: Bool {
        if case .exhausted = self { true } else { false }
    }

    var isMissing: Bool {
        if case .missing = self { true } else { false }
    }
}

/// A database, a sealed blob store and a drop store in a directory of a test's own.
struct DropFixture: Sendable {
    let directory: TemporaryDirectory
    let clock: ManualClock
    let database: SQLiteDatabase
    let blobs: SealedBlobStore
    let drops: DropStore

    /// Makes everything, runs the body, and closes the database.
    static func run<Value: Sendable>(
        directory: TemporaryDirectory? = nil,
        clock: ManualClock = ManualClock(),
        _ body: @Sendable (DropFixture) async throws -> Value
    ) async throws -> Value {
        let fixture = try DropFixture(try directory ?? temporaryDirectory(), clock: clock)
        try await fixture.database.migrate(DropStore.migrations)
        let result: Result<Value, any Error>
        do { result = .success(try await body(fixture)) } catch { result = .failure(error) }
        try await fixture.database.close()
        return try result.get()
    }

    private init(_ directory: TemporaryDirectory, clock: ManualClock) throws {
        self.directory = directory
        self.clock = clock
        let random = SystemRandomSource()
        database = try SQLiteDatabase(path: "\(directory.path)/coffer.sqlite")
        let files = try Self.makeFiles(directory)
        blobs = SealedBlobStore(base: files, threads: NIOThreadPool.singleton, random: random)
        drops = DropStore(database: database, blobs: blobs, clock: clock, random: random)
    }

    private static func makeFiles(_ directory: TemporaryDirectory) throws -> LocalBlobStore {
        try LocalBlobStore(
            root: "\(directory.path)/blobs",
            threads: NIOThreadPool.singleton,
            random: SystemRandomSource(),
            shredPasses: 1,
            logger: silentLogger
        )
    }

    /// The files below ``blobs``, as another store of the same directory, for parts of uploads.
    func makeFiles() throws -> LocalBlobStore { try Self.makeFiles(directory) }

    /// How many files the blob store holds, marker excluded.
    var storedCount: Int {
        storedFiles(below: "\(directory.path)/blobs").count
    }

    func path(of blob: Blob) -> String {
        "\(directory.path)/blobs/objects/\(blob.key.description.prefix(2))/\(blob.key)"
    }

    func sweeper(_ timing: Sweeper.Timing = Sweeper.Timing()) -> Sweeper {
        let database = database
        return Sweeper(
            drops: drops,
            clock: clock,
            timing: timing,
            logger: silentLogger,
            forgetDeletedRows: { try await database.forgetDeletedRows() }
        )
    }

    /// A drop with bytes in its slots, by default one that never expires and is ready.
    func makeDrop(
        _ name: String = "name",
        state: Drop.State = .ready,
        counting: Drop.Counting = .atStart,
        limit: Int64? = nil,
        expiresIn: Duration? = nil,
        drain: Duration? = nil,
        slots: [[UInt8]] = [Array("hello".utf8)]
    ) async throws -> Drop {
        let now = clock.now
        let expiry = expiresIn.map { now.advanced(by: $0) }
        let new = NewDrop(
            id: DropID(random: SystemRandomSource()),
            name: DropName(space: "test", text: name),
            state: state,
            counting: counting,
            createdAt: now,
            expiresAt: expiry,
            dueAt: expiry,
            maxDownloads: limit,
            drain: drain
        )
        var staged: [StagedBlob] = []
        for bytes in slots { staged.append(try await blobs.stage(bytes)) }
        let (drops, pieces) = (drops, staged)
        let made = try await database.write { session -> Drop? in
            guard try drops.insert(new, in: session) else { return nil }
            for (index, piece) in pieces.enumerated() {
                _ = try drops.attach(piece, to: new.id, slot: Int64(index), in: session)
            }
            return try drops.table.find(new.id, in: session)
        }
        drops.expectSweep(at: expiry)
        guard let made else { throw StorageError.unavailable("name taken") }
        return made
    }

    func find(_ id: DropID) async throws -> Drop? {
        let table = drops.table
        return try await database.read { try table.find(id, in: $0) }
    }

    func slot(_ index: Int64 = 0, of drop: Drop) async throws -> DropSlot? {
        let table = drops.table
        return try await database.read { try table.slot(index, of: drop.id, in: $0) }
    }

    /// The places that readers of a slot hold; nil when there is no such slot.
    func holds(_ index: Int64 = 0, of drop: Drop) async throws -> Int64? {
        try await database.read { session in
            try session.first("SELECT holds FROM drop_slots WHERE drop_id = \(drop.id) AND slot = \(index)") {
                $0.integer(0)
            }
        }
    }

    /// How many rows the three tables have together.
    func rowCount() async throws -> Int64 {
        try await database.read { session in
            try session.first(
                """
                SELECT (SELECT COUNT(*) FROM drops) + (SELECT COUNT(*) FROM drop_slots) + (SELECT COUNT(*) FROM blobs)
                """
            ) { $0.integer(0) } ?? -1
        }
    }
}
