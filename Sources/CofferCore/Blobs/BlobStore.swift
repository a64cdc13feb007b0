package import NIOCore

/// Keeps immutable bytes.
///
/// Writing has two steps: a ``BlobWriter`` makes the bytes durable, then the caller records the ``StagedBlob`` in the
/// same transaction as whatever owns it (``BlobTable``). Bytes without a row are orphans; the sweeper removes them.
package protocol BlobStore: Sendable {
    /// Opens a new blob for writing.
    ///
    /// - Throws: ``StorageError``.
    func makeWriter(_ request: BlobRequest) async throws -> any BlobWriter

    /// Opens a blob for reading. The reader stays usable when the blob is erased meanwhile.
    ///
    /// - Throws: ``BlobError/missing`` when the bytes are not there, ``StorageError``.
    func openReader(_ blob: Blob) async throws -> any BlobReader

    /// Removes the bytes of a blob whose row is gone, or was never written; waits for readers that are still open
    /// by leaving the work to the last of them. Never fails: what could not be removed is found by ``reconcile``.
    func erase(_ blob: Blob) async

    /// How many blobs may well be erased at the same time: one where that keeps a disk busy, more where each is a request.
    var eraseWidth: Int { get }

    /// Like ``erase(_:)``, without waiting: for callers who have somebody else waiting.
    func eraseSoon(_ blob: Blob)

    /// Compares the store with the table, in both directions.
    ///
    /// Bytes without a row are removed when they are older than `unclaimedBefore`. Rows without bytes are only counted:
    /// no crash leaves one, so the disk was changed behind our back, and a file system that is not mounted must not
    /// cost any records. `claimed` tells the keys of stored blobs that begin with two given digits.
    func reconcile(
        unclaimedBefore: Timestamp,
        claimed: @Sendable (_ prefix: String) async throws -> Set<BlobKey>
    ) async throws -> Reconciliation

    /// Removes bytes without a row that an earlier process had ordered and that came into being after its end.
    ///
    /// Only what is ordered from elsewhere can come late; call it once, soon after the start.
    ///
    /// - Returns: how many blobs.
    /// - Throws: ``StorageError``.
    func removeStragglers(claimed: @Sendable (_ prefix: String) async throws -> Set<BlobKey>) async throws -> Int

    /// Fails when a small write would fail now.
    ///
    /// - Throws: ``StorageError``.
    func probe() async throws
}

/// What comparing store and table found.
package struct Reconciliation: Equatable, Sendable {
    /// Blobs without a row that were removed.
    package var orphansRemoved = 0
    /// Rows whose bytes are not there.
    package var missing = 0

    package init(orphansRemoved: Int = 0, missing: Int = 0) {
        self.orphansRemoved = orphansRemoved
        self.missing = missing
    }
}

/// What a new blob must satisfy.
package struct BlobRequest: Sendable {
    /// More bytes than this end the write with ``BlobError/tooLarge(limit:)``.
    package var maxBytes: Int64
    /// Whether the blob's SHA-256 is computed while the bytes pass; it is the largest cost of an upload.
    package var wantsSHA256: Bool

    package init(maxBytes: Int64, wantsSHA256: Bool) {
        self.maxBytes = maxBytes
        self.wantsSHA256 = wantsSHA256
    }
}

/// Takes the bytes of one new blob, in order, from one task.
package protocol BlobWriter: AnyObject {
    /// Bytes taken so far.
    var size: Int64 { get }

    /// - Throws: ``BlobError/tooLarge(limit:)``, ``StorageError``. The writer must be cancelled then.
    func write(_ bytes: ByteBuffer) async throws

    /// Makes the bytes durable under their final key. The caller records or erases the result.
    func finish() async throws -> StagedBlob

    /// Drops what was written.
    func cancel() async
}

extension BlobStore {
    /// What is written here is there when the call returns.
    package func removeStragglers(
        claimed: @Sendable (_ prefix: String) async throws -> Set<BlobKey>
    ) async throws -> Int { 0 }

    /// Writes a whole sequence of buffers; on any error nothing of it remains.
    package func write<Bytes: AsyncSequence>(
        _ bytes: Bytes,
        _ request: BlobRequest
    ) async throws -> StagedBlob where Bytes.Element == ByteBuffer {
        let writer = try await makeWriter(request)
        do {
            for try await buffer in bytes { try await writer.write(buffer) }
            return try await writer.finish()
        } catch {
            await writer.cancel()
            throw error
        }
    }
}

/// Durable bytes that no row refers to yet.
package struct StagedBlob: Sendable {
    package let blob: Blob
    /// The stored form of a blob whose place is `inline`; it becomes durable with its row.
    package let inlineBytes: ByteBuffer?

    package init(blob: Blob, inlineBytes: ByteBuffer?) {
        self.blob = blob
        self.inlineBytes = inlineBytes
    }
}

/// Reads one blob at any position, from several tasks if need be.
package protocol BlobReader: AnyObject, Sendable {
    /// Bytes that can be read.
    var size: Int64 { get }

    /// The open file that holds exactly these bytes, when there is one, for sending without copying.
    var plainFile: PlainFile? { get }

    /// Bytes from `offset` on: `count` of them, fewer at the end.
    ///
    /// - Throws: ``BlobError/corrupt``, ``StorageError``.
    func read(from offset: Int64, count: Int) async throws -> ByteBuffer

    /// Ends the use of the reader; the last close of an erased blob removes its bytes. Further calls do nothing.
    func close()
}

/// An open descriptor; it belongs to the reader that gave it and is valid until that is closed.
package struct PlainFile: Sendable {
    package let descriptor: CInt

    package init(descriptor: CInt) {
        self.descriptor = descriptor
    }
}

package enum BlobError: Error, Equatable {
    case tooLarge(limit: Int64)
    /// The row exists, the bytes do not.
    case missing
    /// The bytes are not those that were written.
    case corrupt
}
