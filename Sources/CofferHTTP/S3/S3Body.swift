import AsyncHTTPClient
import CofferCore
package import NIOCore

/// What a request brings, in a form that can be sent more than once.
package enum S3Body: Sendable {
    case none
    case bytes(ByteBuffer)
    /// So many bytes, read piece by piece as they are sent.
    case pieces(count: Int64, read: @Sendable (_ offset: Int64, _ count: Int) async throws -> ByteBuffer)

    var count: Int64 {
        switch self {
        case .none: 0
        case .bytes(let bytes): Int64(bytes.readableBytes)
        case .pieces(let count, _): count
        }
    }

    var request: HTTPClientRequest.Body? {
        switch self {
        case .none: nil
        case .bytes(let bytes): .bytes(bytes)
        case .pieces(let count, let read): .stream(Pieces(count: count, read: read), length: .known(count))
        }
    }

    /// The pieces as a sequence, read one at a time when the socket has taken the last.
    private struct Pieces: AsyncSequence, Sendable {
        static let pieceBytes: Int64 = 256 * 1024

        let count: Int64
        let read: @Sendable (_ offset: Int64, _ count: Int) async throws -> ByteBuffer

        struct Iterator: AsyncIteratorProtocol {
            let pieces: Pieces
            var offset: Int64 = 0

            mutating func next() async throws -> ByteBuffer? {
                guard offset < pieces.count else { return nil }
                let piece = try await pieces.read(offset, Int(Swift.min(Pieces.pieceBytes, pieces.count - offset)))
                guard piece.readableBytes > 0 else { throw BlobError.corrupt }
                offset += Int64(piece.readableBytes)
                return piece
            }
        }

        func makeAsyncIterator() -> Iterator { Iterator(pieces: self) }
    }
}
