import Crypto
import NIOCore
import NIOPosix

/// Hashes and seals what it is given, and passes the sealed chunks on.
final class SealedBlobWriter: BlobWriter {
    /// How many whole chunks are sealed by one job on the thread pool: a quarter MiB.
    private static let chunksPerJob = 4

    private(set) var size: Int64 = 0
    private let base: any BlobWriter
    private let request: BlobRequest
    private let key: SealKey
    private let threads: NIOThreadPool
    private var gathered = ByteBuffer()
    private var chunk: Int64 = 0
    private var digest: SHA256?

    init(base: any BlobWriter, request: BlobRequest, key: SealKey, threads: NIOThreadPool) {
        self.base = base
        self.request = request
        self.key = key
        self.threads = threads
        digest = request.wantsSHA256 ? SHA256() : nil
    }

    func write(_ bytes: ByteBuffer) async throws {
        size += Int64(bytes.readableBytes)
        guard size <= request.maxBytes else { throw BlobError.tooLarge(limit: request.maxBytes) }
        gathered.writeImmutableBuffer(bytes)
        // One byte more than whole chunks: the last chunk is sealed by `finish`, which alone knows the ending.
        while gathered.readableBytes > Self.chunksPerJob * SealedFormat.chunkBytes {
            guard let batch = gathered.readSlice(length: Self.chunksPerJob * SealedFormat.chunkBytes) else { return }
            try await seal(batch)
            gathered.discardReadBytes()
        }
    }

    func finish() async throws -> StagedBlob {
        let wholeChunks = max(0, gathered.readableBytes - 1) / SealedFormat.chunkBytes
        if wholeChunks > 0, let batch = gathered.readSlice(length: wholeChunks * SealedFormat.chunkBytes) {
            try await seal(batch)
        }
        var digest = digest
        gathered.withUnsafeReadableBytes { digest?.update(bufferPointer: $0) }
        let sha256 = digest.map { Array($0.finalize()) }
        var sealed = ByteBufferAllocator().buffer(capacity: gathered.readableBytes + SealedFormat.tagBytes)
        try gathered.withUnsafeReadableBytes { plain in
            try SealedFormat.seal(
                plain,
                chunk: chunk,
                ending: SealedFormat.Ending(size: size, sha256: sha256),
                key: SymmetricKey(data: key.bytes),
                into: &sealed
            )
        }
        try await base.write(sealed)
        let staged = try await base.finish()
        let blob = Blob(key: staged.blob.key, size: size, sha256: sha256, seal: key, place: staged.blob.place)
        return StagedBlob(blob: blob, inlineBytes: staged.inlineBytes)
    }

    func cancel() async {
        gathered = ByteBuffer()
        await base.cancel()
    }

    /// Seals whole chunks, none of them the last, on a thread of the pool.
    private func seal(_ plain: ByteBuffer) async throws {
        let (first, keyBytes, digest) = (chunk, key.bytes, digest)
        let count = plain.readableBytes / SealedFormat.chunkBytes
        let done: (ByteBuffer, SHA256?) = try await threads.runIfActive {
            var digest = digest
            var sealed = ByteBufferAllocator().buffer(capacity: count * SealedFormat.sealedChunkBytes)
            let key = SymmetricKey(data: keyBytes)
            try plain.withUnsafeReadableBytes { bytes in
                digest?.update(bufferPointer: bytes)
                for index in 0..<count {
                    let start = index * SealedFormat.chunkBytes
                    let part = UnsafeRawBufferPointer(rebasing: bytes[start..<start + SealedFormat.chunkBytes])
                    try SealedFormat.seal(part, chunk: first + Int64(index), ending: nil, key: key, into: &sealed)
                }
            }
            return (sealed, digest)
        }
        chunk += Int64(count)
        self.digest = done.1
        try await base.write(done.0)
    }
}
