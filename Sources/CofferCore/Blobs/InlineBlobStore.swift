import Crypto
import NIOCore

/// Keeps small blobs in the database row itself, and hands larger ones to another store.
///
/// A small file would cost two fsyncs besides the commit of its row. Inline, one group commit makes bytes and record
/// durable together, and many uploads share it.
package final class InlineBlobStore: BlobStore {
    private let base: any BlobStore
    private let table: BlobTable
    private let database: any Database
    private let random: any RandomSource
    private let maxInlineBytes: Int

    /// `maxInlineBytes`: the largest stored form that goes into the database; 0 turns this store off.
    package init(
        base: any BlobStore,
        database: any Database,
        random: any RandomSource,
        maxInlineBytes: Int = 32 * 1024
    ) {
        self.base = base
        self.database = database
        self.random = random
        self.maxInlineBytes = maxInlineBytes
        table = BlobTable()
    }

    package func makeWriter(_ request: BlobRequest) async throws -> any BlobWriter {
        InlineBlobWriter(base: base, request: request, random: random, maxInlineBytes: maxInlineBytes)
    }

    package func openReader(_ blob: Blob) async throws -> any BlobReader {
        guard blob.place == .inline else { return try await base.openReader(blob) }
        let table = table
        guard let bytes = try await database.read({ try table.inlineBytes(of: blob.key, in: $0) }) else {
            throw BlobError.missing
        }
        return InlineBlobReader(bytes: ByteBuffer(bytes: bytes))
    }

    package func erase(_ blob: Blob) async {
        // Inline bytes went with their row.
        if blob.place == .stored { await base.erase(blob) }
    }

    package var eraseWidth: Int { base.eraseWidth }

    package func eraseSoon(_ blob: Blob) {
        if blob.place == .stored { base.eraseSoon(blob) }
    }

    package func reconcile(
        unclaimedBefore: Timestamp,
        claimed: @Sendable (_ prefix: String) async throws -> Set<BlobKey>
    ) async throws -> Reconciliation {
        try await base.reconcile(unclaimedBefore: unclaimedBefore, claimed: claimed)
    }

    package func removeStragglers(
        claimed: @Sendable (_ prefix: String) async throws -> Set<BlobKey>
    ) async throws -> Int {
        try await base.removeStragglers(claimed: claimed)
    }

    package func probe() async throws {
        try await base.probe()
    }
}

/// Gathers bytes up to the inline limit; past it, everything goes to a writer of the base store.
final class InlineBlobWriter: BlobWriter {
    private(set) var size: Int64 = 0
    private let base: any BlobStore
    private let request: BlobRequest
    private let random: any RandomSource
    private let maxInlineBytes: Int
    private var gathered = ByteBuffer()
    private var overflow: (any BlobWriter)?

    init(base: any BlobStore, request: BlobRequest, random: any RandomSource, maxInlineBytes: Int) {
        self.base = base
        self.request = request
        self.random = random
        self.maxInlineBytes = maxInlineBytes
    }

    func write(_ bytes: ByteBuffer) async throws {
        size += Int64(bytes.readableBytes)
        guard size <= request.maxBytes else { throw BlobError.tooLarge(limit: request.maxBytes) }
        if let overflow { return try await overflow.write(bytes) }
        guard size > Int64(maxInlineBytes) else {
            gathered.writeImmutableBuffer(bytes)
            return
        }
        let writer = try await base.makeWriter(request)
        overflow = writer
        if gathered.readableBytes > 0 { try await writer.write(gathered) }
        gathered = ByteBuffer()
        try await writer.write(bytes)
    }

    func finish() async throws -> StagedBlob {
        if let overflow { return try await overflow.finish() }
        let sha256 = request.wantsSHA256 ? gathered.withUnsafeReadableBytes { Array(SHA256.hash(data: $0)) } : nil
        let blob = Blob(key: BlobKey(random: random), size: size, sha256: sha256, seal: nil, place: .inline)
        return StagedBlob(blob: blob, inlineBytes: gathered)
    }

    func cancel() async {
        gathered = ByteBuffer()
        await overflow?.cancel()
    }
}

/// Reads bytes that came with their row.
final class InlineBlobReader: BlobReader {
    private let bytes: ByteBuffer

    init(bytes: ByteBuffer) {
        self.bytes = bytes
    }

    var size: Int64 { Int64(bytes.readableBytes) }
    var plainFile: PlainFile? { nil }

    func read(from offset: Int64, count: Int) async throws -> ByteBuffer {
        let start = Int(min(max(0, offset), size))
        let length = min(count, bytes.readableBytes - start)
        return bytes.getSlice(at: bytes.readerIndex + start, length: length) ?? ByteBuffer()
    }

    func close() {}
}
