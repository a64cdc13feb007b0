import Glibc
package import Logging
import NIOCore
package import NIOPosix
import Synchronization

/// Blobs as files of one local file system.
///
/// On disk, below the root: `objects/ab/abcdef…` holds the blob whose key begins with `ab`, in a folder that is made when
/// it is needed, `incoming/` the files still being written, which the next start removes. Files have mode 600, folders
/// 700. A blob appears in this order: temporary file on the same file system, bytes, fsync, folder and its fsync, rename,
/// fsync of the folder; only then its row is written.
package final class LocalBlobStore: BlobStore {
    let root: String
    let threads: NIOThreadPool
    let random: any RandomSource
    private let readers = OpenBlobs()
    /// Folders of `objects` of which this process knows that they are there and durable.
    private let durableFolders = Mutex<Set<String>>([])
    private let shredPasses: Int
    private let logger: Logger

    /// `root`: a directory of this store's own; it is made when missing.
    ///
    /// `shredPasses`: how often sealed bytes are overwritten before their file is removed.
    package init(
        root: String,
        threads: NIOThreadPool,
        random: any RandomSource,
        shredPasses: Int,
        logger: Logger
    ) throws {
        self.root = root
        self.threads = threads
        self.random = random
        self.shredPasses = shredPasses
        self.logger = logger
        try Self.prepare(root)
    }

    /// Makes the folders and removes what an earlier process left half-written.
    private static func prepare(_ root: String) throws {
        try FileCalls.makeDirectory(root)
        try FileCalls.makeDirectory("\(root)/incoming")
        for name in try FileCalls.names(in: "\(root)/incoming") { unlink("\(root)/incoming/\(name)") }
        try FileCalls.makeDirectory("\(root)/objects")
        try FileCalls.syncDirectory(root)
    }

    /// Makes the folder of this key where it is missing; when it returns, the folder is durable.
    ///
    /// It blocks, so it runs on a thread of ``threads``.
    func makeFolder(of key: BlobKey) throws {
        let folder = folder(of: key)
        try durableFolders.withLock { durable in
            guard !durable.contains(folder) else { return }
            // One that is there may have been made by a process that ended before its sync.
            try FileCalls.makeDirectory(folder)
            try FileCalls.syncDirectory("\(root)/objects")
            durable.insert(folder)
        }
    }

    private static let shards = (0..<256).map { Hex.encode([UInt8($0)]) }

    func folder(of key: BlobKey) -> String { "\(root)/objects/\(key.description.prefix(2))" }
    func path(of key: BlobKey) -> String { "\(folder(of: key))/\(key)" }
    func incomingPath(of key: BlobKey) -> String { "\(root)/incoming/\(key)" }

    package func makeWriter(_ request: BlobRequest) async throws -> any BlobWriter {
        LocalBlobWriter(store: self, key: BlobKey(random: random), request: request)
    }

    package func openReader(_ blob: Blob) async throws -> any BlobReader {
        readers.retain(blob)
        do {
            let path = path(of: blob.key)
            guard let file = try await threads.runIfActive({ try FileCalls.openForReading(path) }) else {
                throw BlobError.missing
            }
            // What was sealed is longer than the bytes inside; anything else holds no more than its row says.
            let size = blob.seal == nil ? min(file.size, blob.size) : file.size
            return LocalBlobReader(blob: blob, descriptor: file.descriptor, size: size, store: self)
        } catch {
            release(blob)
            throw error
        }
    }

    /// Called for each reader before it opens the file.
    func retain(_ blob: Blob) {
        readers.retain(blob)
    }

    /// Called by each reader once, when it is closed.
    func release(_ blob: Blob) {
        guard let doomed = readers.release(blob) else { return }
        threads.submit { _ in self.remove(doomed) }
    }

    package func erase(_ blob: Blob) async {
        guard readers.mayEraseNow(blob) else { return }
        try? await threads.runIfActive { self.remove(blob) }
    }

    package var eraseWidth: Int { 1 }

    package func eraseSoon(_ blob: Blob) {
        guard readers.mayEraseNow(blob) else { return }
        threads.submit { _ in self.remove(blob) }
    }

    private func remove(_ blob: Blob) {
        let path = path(of: blob.key)
        guard access(path, F_OK) == 0 else { return }
        do {
            if blob.seal != nil { try FileCalls.overwrite(path, passes: shredPasses) }
        } catch {
            logger.warning("blob not overwritten", metadata: ["error": "\(error)"])
        }
        unlink(path)
    }

    /// Which of the blobs have a file here.
    package func present(_ keys: Set<BlobKey>) async throws -> Set<BlobKey> {
        guard !keys.isEmpty else { return [] }
        return try await threads.runIfActive { keys.filter { access(self.path(of: $0), F_OK) == 0 } }
    }

    /// A file without a name, for bytes on their way to somewhere else.
    package func makeSpool() async throws -> SpoolFile {
        let path = incomingPath(of: BlobKey(random: random))
        return try await threads.runIfActive { [threads] in try SpoolFile(path: path, threads: threads) }
    }

    package func reconcile(
        unclaimedBefore: Timestamp,
        claimed: @Sendable (_ prefix: String) async throws -> Set<BlobKey>
    ) async throws -> Reconciliation {
        var found = Reconciliation()
        for shard in Self.shards {
            let stored = try await threads.runIfActive { try self.stored(in: "\(self.root)/objects/\(shard)") }
            let rows = try await claimed(shard)
            let orphans = stored.subtracting(rows)
            if !orphans.isEmpty {
                // Asked again: a row may have come while the folder was read.
                let unclaimed = orphans.subtracting(try await claimed(shard))
                found.orphansRemoved += try await threads.runIfActive {
                    self.removeOrphans(unclaimed, before: unclaimedBefore)
                }
            }
            let absent = rows.subtracting(stored)
            guard !absent.isEmpty else { continue }
            // Blobs may have come and gone since the folder was read: only what is absent now and claimed after that counts.
            let gone = try await threads.runIfActive { absent.filter { access(self.path(of: $0), F_OK) != 0 } }
            if !gone.isEmpty { found.missing += gone.intersection(try await claimed(shard)).count }
        }
        return found
    }

    private func stored(in folder: String) throws -> Set<BlobKey> {
        guard access(folder, F_OK) == 0 else { return [] }
        return Set(try FileCalls.names(in: folder).compactMap(BlobKey.init))
    }

    private func removeOrphans(_ keys: Set<BlobKey>, before limit: Timestamp) -> Int {
        var removed = 0
        for key in keys where !readers.isOpen(key) {
            guard let changed = FileCalls.changeTime(of: path(of: key)), changed < limit else { continue }
            // Whether it was sealed is no longer known; overwriting covers both. A file with holes is that of an upload in parts,
            // and overwriting would fill them.
            let seal = FileCalls.hasHoles(path(of: key)) ? nil : SealKey(bytes: [])
            remove(Blob(key: key, size: 0, sha256: nil, seal: seal, place: .stored))
            removed += 1
        }
        return removed
    }

    package func probe() async throws {
        let path = incomingPath(of: BlobKey(random: random))
        try await threads.runIfActive {
            let descriptor = try FileCalls.create(path)
            defer {
                Glibc.close(descriptor)
                unlink(path)
            }
            try withUnsafeBytes(of: UInt8(0)) { try FileCalls.writeAll($0, to: descriptor) }
        }
    }
}
