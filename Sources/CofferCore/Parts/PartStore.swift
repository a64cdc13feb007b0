package import NIOCore

/// Keeps the file in which the parts of an open upload gather.
///
/// It becomes the blob of the finished drop without being copied, so it lies where blobs lie from the beginning.
package protocol PartStore: Sendable {
    /// Opens the file of an open upload, which is made when it is missing.
    ///
    /// Its bytes stay until it is closed, also when the blob is erased meanwhile.
    ///
    /// - Throws: ``StorageError``.
    func openPartFile(_ key: BlobKey) async throws -> any PartFile
}

/// An open upload's file; parts are written at different places from several tasks.
package protocol PartFile: AnyObject, Sendable {
    /// Writes buffers one after the other, the first at `position`.
    func write(_ buffers: [ByteBuffer], at position: Int64) async throws

    /// Makes durable what was written.
    func sync() async throws

    /// Copies bytes inside the file; source and target do not overlap.
    func copy(from: Int64, to: Int64, length: Int64) async throws

    /// Gives the room of bytes back that nobody needs; where the file system cannot do that, nothing happens.
    func discard(_ range: Range<Int64>) async

    /// Cuts the file to this many bytes if it is longer.
    func cut(to size: Int64) async throws

    func close()
}
