import Crypto
import NIOCore
import NIOPosix

/// Opens the chunks of a sealed blob as they are read; no byte that fails authentication is ever returned.
final class SealedBlobReader: BlobReader {
    var size: Int64 { blob.size }
    var plainFile: PlainFile? { nil }
    private let base: any BlobReader
    private let blob: Blob
    private let key: SymmetricKey
    private let threads: NIOThreadPool

    init(base: any BlobReader, blob: Blob, key: SymmetricKey, threads: NIOThreadPool) {
        self.base = base
        self.blob = blob
        self.key = key
        self.threads = threads
    }

    func read(from offset: Int64, count: Int) async throws -> ByteBuffer {
        let end = min(size, offset + Int64(count))
        // An empty blob has a chunk to authenticate all the same.
        guard offset < end || (size == 0 && offset == 0) else { return ByteBuffer() }
        let first = offset / Int64(SealedFormat.chunkBytes)
        let last = max(first, (end - 1) / Int64(SealedFormat.chunkBytes))
        let sealed = try await base.read(
            from: first * Int64(SealedFormat.sealedChunkBytes),
            count: Int(last - first + 1) * SealedFormat.sealedChunkBytes
        )
        var plain = try open(sealed, chunks: first...last)
        plain.moveReaderIndex(forwardBy: Int(offset - first * Int64(SealedFormat.chunkBytes)))
        return plain.readSlice(length: Int(end - offset)) ?? ByteBuffer()
    }

    private func open(_ sealed: ByteBuffer, chunks: ClosedRange<Int64>) throws -> ByteBuffer {
        var plain = ByteBufferAllocator().buffer(capacity: sealed.readableBytes)
        let lastChunk = SealedFormat.chunkCount(size: size) - 1
        try sealed.withUnsafeReadableBytes { bytes in
            var start = 0
            for chunk in chunks {
                let end = min(bytes.count, start + SealedFormat.sealedChunkBytes)
                let ending = chunk == lastChunk ? SealedFormat.Ending(size: size, sha256: blob.sha256) : nil
                let piece = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
                try SealedFormat.open(piece, chunk: chunk, ending: ending, key: key, into: &plain)
                start = end
            }
        }
        return plain
    }

    func close() {
        base.close()
    }
}
