import Crypto
import NIOCore

/// Makes sure that a sealed blob is what was written before any of it is used.
package struct BlobIntegrity: Sendable {
    /// What reading a blob from end to end found.
    package enum Verdict: Sendable {
        /// The bytes are intact; read them from here.
        case intact(any BlobReader)
        /// They are not; the SHA-256 is that of what stands in front of the first damaged piece.
        case damaged(sha256: [UInt8])
    }

    private static let pieceBytes = 256 * 1024

    /// Opened bytes of blobs that are verified and about to be sent, of all tasks together.
    private let budget: MemoryBudget

    /// Blobs are held in memory between verifying and sending as long as all together fit `budgetBytes`; the others
    /// are opened a second time.
    package init(budgetBytes: Int64 = 32 * 1024 * 1024) {
        budget = MemoryBudget(bytes: budgetBytes)
    }

    /// Opens each chunk of a blob, which authenticates it.
    ///
    /// The caller still closes `reader` when the blob is damaged.
    ///
    /// - Throws: ``StorageError``.
    package func verify(_ reader: any BlobReader) async throws -> Verdict {
        let share = budget.take(reader.size)
        var held: [ByteBuffer] = []
        var offset: Int64 = 0
        do {
            repeat {
                let piece = try await reader.read(from: offset, count: Self.pieceBytes)
                guard piece.readableBytes > 0 || reader.size == 0 else { throw BlobError.corrupt }
                offset += Int64(piece.readableBytes)
                if share != nil { held.append(piece) }
            } while offset < reader.size
        } catch BlobError.corrupt {
            return .damaged(sha256: try await digest(of: reader, upTo: offset))
        }
        guard let share else { return .intact(reader) }
        reader.close()
        return .intact(HeldBlobReader(pieces: held, pieceBytes: Self.pieceBytes, share: share))
    }

    private func digest(of reader: any BlobReader, upTo end: Int64) async throws -> [UInt8] {
        var digest = SHA256()
        var offset: Int64 = 0
        while offset < end {
            let piece = try await reader.read(from: offset, count: Int(min(Int64(Self.pieceBytes), end - offset)))
            piece.withUnsafeReadableBytes { digest.update(bufferPointer: $0) }
            offset += Int64(piece.readableBytes)
        }
        return Array(digest.finalize())
    }
}

/// Verified bytes in memory, in pieces of one size.
private final class HeldBlobReader: BlobReader {
    let size: Int64
    private let pieces: [ByteBuffer]
    private let pieceBytes: Int
    private let share: MemoryBudget.Share

    init(pieces: [ByteBuffer], pieceBytes: Int, share: MemoryBudget.Share) {
        self.pieces = pieces
        self.pieceBytes = pieceBytes
        self.share = share
        size = pieces.reduce(0) { $0 + Int64($1.readableBytes) }
    }

    var plainFile: PlainFile? { nil }

    /// Never crosses the end of a piece, so that nothing is copied; callers read on from where they are.
    func read(from offset: Int64, count: Int) async throws -> ByteBuffer {
        guard offset < size else { return ByteBuffer() }
        let piece = pieces[Int(offset) / pieceBytes]
        let start = Int(offset) % pieceBytes
        let length = min(count, piece.readableBytes - start)
        return piece.getSlice(at: piece.readerIndex + start, length: length) ?? ByteBuffer()
    }

    func close() {}
}
