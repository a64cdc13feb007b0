import Crypto
import NIOCore

/// Checks that a blob's bytes are those that were written.
package enum BlobIntegrity {
    private static let pieceBytes = 256 * 1024

    /// Reads a sealed blob from end to end; opening each chunk authenticates it.
    ///
    /// - Returns: nil for an intact blob, else the SHA-256 of the bytes in front of the first damaged piece.
    /// - Throws: ``StorageError``.
    package static func damage(in reader: any BlobReader) async throws -> [UInt8]? {
        var offset: Int64 = 0
        do {
            repeat {
                let piece = try await reader.read(from: offset, count: pieceBytes)
                guard piece.readableBytes > 0 || reader.size == 0 else { throw BlobError.corrupt }
                offset += Int64(piece.readableBytes)
            } while offset < reader.size
            return nil
        } catch BlobError.corrupt {
            return try await digest(of: reader, upTo: offset)
        }
    }

    private static func digest(of reader: any BlobReader, upTo end: Int64) async throws -> [UInt8] {
        var digest = SHA256()
        var offset: Int64 = 0
        while offset < end {
            let piece = try await reader.read(from: offset, count: Int(min(Int64(pieceBytes), end - offset)))
            piece.withUnsafeReadableBytes { digest.update(bufferPointer: $0) }
            offset += Int64(piece.readableBytes)
        }
        return Array(digest.finalize())
    }
}
