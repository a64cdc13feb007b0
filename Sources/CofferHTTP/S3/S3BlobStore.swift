package import CofferCore
package import Logging
import NIOCore
package import ServiceLifecycle
import Synchronization

/// Blobs as objects of an S3 bucket.
///
/// In the bucket, below the location's prefix: `blobs/abcdef…` holds the blob of that key, `coffer-owner` the name of
/// the database that owns them all. Larger blobs arrive in parts, so that memory stays small; an object appears whole
/// or not at all, and only then its row is written.
///
/// A local store stands beside it. It takes bytes on their way, the parts of open uploads, and keeps the blobs of a time
/// when everything was local: a blob that has a file there is read from it.
package final class S3BlobStore: BlobStore {
    let client: S3Client
    let local: LocalBlobStore
    let partBytes: Int64
    let leftovers: S3Leftovers
    let owner: S3Owner
    let clock: any WallClock
    let random: any RandomSource
    private let logger: Logger
    let readers = OpenBlobs()
    let fresh = FreshBlobs()
    private static let patienceAfterFailure: Duration = .seconds(30)
    /// When S3 last failed to erase an object that somebody waited for.
    private let failedAt = Mutex<Timestamp?>(nil)
    /// The keys of open uploads that begin with a prefix; their local files are needed.
    let openUploads: @Sendable (_ prefix: String) async throws -> Set<BlobKey>

    /// What works in the background.
    package var services: [any Service] { [leftovers] }

    /// `identity`: the name of the database, see ``StoreIdentity``.
    package init(
        client: S3Client,
        local: LocalBlobStore,
        partBytes: Int64,
        identity: @escaping @Sendable () async throws -> String,
        openUploads: @escaping @Sendable (_ prefix: String) async throws -> Set<BlobKey>,
        clock: any WallClock,
        random: any RandomSource,
        logger: Logger
    ) {
        self.client = client
        self.local = local
        self.partBytes = partBytes
        self.openUploads = openUploads
        self.clock = clock
        self.random = random
        self.logger = logger
        leftovers = S3Leftovers(client: client, logger: logger)
        owner = S3Owner(client: client, name: identity)
    }

    static let folder = "blobs/"

    func objectKey(of key: BlobKey) -> String { Self.folder + key.description }

    /// Makes sure that the bucket can be used, and belongs to this database.
    ///
    /// - Throws: ``S3Conflict``; ``StorageError``.
    package func checkOwner() async throws {
        try await owner.check()
    }

    /// Blobs are only stored where reconciling will not take them for somebody else's.
    func checkOwnerBeforeWriting() async throws {
        do {
            try await owner.check()
        } catch let conflict as S3Conflict {
            throw StorageError.unavailable(conflict.description)
        }
    }

    package func makeWriter(_ request: BlobRequest) async throws -> any BlobWriter {
        try await checkOwnerBeforeWriting()
        return S3BlobWriter(store: self, key: BlobKey(random: random), request: request)
    }

    package func openReader(_ blob: Blob) async throws -> any BlobReader {
        do {
            let reader = try await local.openReader(blob)
            // A file with fewer bytes belongs to a sender who came when its upload was complete.
            if blob.seal != nil || reader.size == blob.size { return reader }
            reader.close()
        } catch BlobError.missing {
            // As most are.
        }
        readers.retain(blob)
        do {
            return try await S3BlobReader.open(blob, in: self)
        } catch {
            release(blob)
            throw error
        }
    }

    /// Called by each reader once, when it is closed.
    func release(_ blob: Blob) {
        guard let doomed = readers.release(blob) else { return }
        leftovers.add(.object(objectKey(of: doomed.key)))
    }

    package func erase(_ blob: Blob) async {
        await local.erase(blob)
        guard readers.mayEraseNow(blob) else { return }
        let key = objectKey(of: blob.key)
        guard !hasJustFailed else { return leftovers.add(.object(key)) }
        do {
            try await client.delete(key, isOneShot: true)
        } catch {
            let now = clock.now
            failedAt.withLock { $0 = now }
            leftovers.add(.object(key))
        }
    }

    package var eraseWidth: Int { 8 }

    /// Whether S3 is most likely down: then nobody waits for each of hundreds of objects until it does not answer.
    private var hasJustFailed: Bool {
        let now = clock.now
        return failedAt.withLock { $0.map { now < $0.advanced(by: Self.patienceAfterFailure) } ?? false }
    }

    package func eraseSoon(_ blob: Blob) {
        local.eraseSoon(blob)
        guard readers.mayEraseNow(blob) else { return }
        leftovers.add(.object(objectKey(of: blob.key)))
    }

    package func probe() async throws {
        try await checkOwnerBeforeWriting()
        let key = "probe/\(random.hex(byteCount: 8))"
        try await client.put(key, .bytes(ByteBuffer(string: "probe")), isOneShot: true)
        try await client.delete(key, isOneShot: true)
    }
}

/// Parts gather in a local file, which goes to S3 when all of them are there.
extension S3BlobStore: PartStore {
    package var publishes: Bool { true }

    package func openPartFile(_ key: BlobKey) async throws -> any PartFile {
        try await local.openPartFile(key)
    }

    package func freeBytes() async throws -> Int64 { try await local.freeBytes() }

    package func publish(_ blob: Blob) async throws {
        try await checkOwnerBeforeWriting()
        let reader = try await local.openReader(blob)
        defer { reader.close() }
        guard reader.size == blob.size else { throw StorageError.unavailable("an upload's bytes are missing") }
        fresh.begin(blob.key)
        defer { fresh.end(blob.key, at: clock.now) }
        try await client.putLarge(objectKey(of: blob.key), size: blob.size, partBytes: partBytes) {
            try await reader.read(from: $0, count: $1)
        }
    }

    package func retire(_ blob: Blob) async {
        await local.erase(blob)
    }
}
