package import Crypto
package import NIOCore

/// Keeps the file in which the parts of an open upload gather.
///
/// On a local disk it becomes the blob of the finished drop without being copied, so it lies where blobs lie from the
/// beginning; a store that keeps its blobs elsewhere copies it there at the end.
package protocol PartStore: Sendable {
    /// Opens the file of an open upload, which is made when it is missing.
    ///
    /// Its bytes stay until it is closed, also when the blob is erased meanwhile.
    ///
    /// - Throws: ``StorageError``.
    func openPartFile(_ key: BlobKey) async throws -> any PartFile

    /// Whether blobs lie elsewhere than the files, so that ``publish(_:)`` takes its time.
    var publishes: Bool { get }

    /// Brings the file of a complete upload to where blobs lie, durably; the file stays.
    ///
    /// It may be called again for the same upload, after a failure or a restart.
    ///
    /// - Throws: ``StorageError``.
    func publish(_ blob: Blob) async throws

    /// Removes the file of an upload whose blob is published and whose drop is ready.
    func retire(_ blob: Blob) async

    /// Bytes that the file system has left for files of open uploads.
    ///
    /// - Throws: ``StorageError``.
    func freeBytes() async throws -> Int64
}

/// An open upload's file; parts are written at different places from several tasks.
package protocol PartFile: AnyObject, Sendable {
    /// The same file, opened once more.
    ///
    /// - Throws: ``PartError/gone`` when it was removed; ``StorageError``.
    func reopened() async throws -> any PartFile

    /// Writes buffers one after the other, the first at `position`.
    func write(_ buffers: [ByteBuffer], at position: Int64) async throws

    /// Makes durable what was written.
    ///
    /// - Throws: ``StorageError``, also for bytes that somebody wrote since this file was opened and that did not get to the
    ///   disk.
    func sync() async throws

    /// Copies bytes inside the file; source and target do not overlap.
    func copy(from: Int64, to: Int64, length: Int64) async throws

    /// Feeds bytes of the file to a digest.
    ///
    /// - Throws: ``StorageError``, also when the file ends before the range does.
    func hashed(_ digest: SHA256, over range: Range<Int64>) async throws -> SHA256

    /// Gives the room of bytes back that nobody needs; where the file system cannot do that, nothing happens.
    func discard(_ range: Range<Int64>) async

    /// Cuts the file to this many bytes if it is longer.
    func cut(to size: Int64) async throws

    func close()
}
