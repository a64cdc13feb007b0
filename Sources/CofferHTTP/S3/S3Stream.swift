import AsyncHTTPClient
import CofferCore
import NIOCore

/// The body of an answer, read in order from an offset of its object.
///
/// Nothing is fetched ahead of the reader but what the connection's buffers hold; when the last reference goes, the
/// request ends.
// Sendable although it is mutable: only the one task uses it that has taken it out of S3BlobReader's lock.
final class S3Stream: @unchecked Sendable {
    /// Bytes of the whole object.
    let size: Int64
    /// Where the next bytes come from.
    private(set) var position: Int64
    private var iterator: HTTPClientResponse.Body.AsyncIterator
    private var left = ByteBuffer()

    init(_ body: HTTPClientResponse.Body, from offset: Int64, size: Int64) {
        iterator = body.makeAsyncIterator()
        position = offset
        self.size = size
    }

    /// The next bytes, at least one and at most `count`; nil when the body ends.
    func next(upTo count: Int) async throws -> ByteBuffer? {
        while left.readableBytes == 0 {
            guard let piece = try await iterator.next() else { return nil }
            left = piece
        }
        let piece = left.readSlice(length: min(count, left.readableBytes))
        position += Int64(piece?.readableBytes ?? 0)
        return piece
    }
}
