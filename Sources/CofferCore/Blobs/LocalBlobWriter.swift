import Crypto
import Glibc
import NIOCore
import NIOPosix

/// Writes one blob to a temporary file, hashing on the way if asked.
///
/// Bytes gather to a quarter MiB before a thread writes them, with one such job in flight: a disk that falls behind
/// holds the socket back.
final class LocalBlobWriter: BlobWriter {
    private static let batchBytes = 256 * 1024

    private(set) var size: Int64 = 0
    private let store: LocalBlobStore
    private let key: BlobKey
    private let request: BlobRequest
    private var descriptor: CInt?
    private var batch: [ByteBuffer] = []
    private var batchSize = 0
    private var digest: SHA256?

    init(store: LocalBlobStore, key: BlobKey, request: BlobRequest) {
        self.store = store
        self.key = key
        self.request = request
        digest = request.wantsSHA256 ? SHA256() : nil
    }

    deinit {
        // A writer that is dropped without finish or cancel leaves no descriptor behind; the next start removes the file.
        if let descriptor { Glibc.close(descriptor) }
    }

    func write(_ bytes: ByteBuffer) async throws {
        size += Int64(bytes.readableBytes)
        guard size <= request.maxBytes else { throw BlobError.tooLarge(limit: request.maxBytes) }
        batch.append(bytes)
        batchSize += bytes.readableBytes
        if batchSize >= Self.batchBytes { try await flush() }
    }

    private func flush() async throws {
        let batch = batch
        let open = descriptor
        let path = store.incomingPath(of: key)
        let digest = digest
        self.batch.removeAll(keepingCapacity: true)
        batchSize = 0
        let done: (CInt, SHA256?) = try await store.threads.runIfActive {
            let file = try open ?? FileCalls.create(path)
            do {
                var digest = digest
                for buffer in batch {
                    try buffer.withUnsafeReadableBytes { bytes in
                        digest?.update(bufferPointer: bytes)
                        try FileCalls.writeAll(bytes, to: file)
                    }
                }
                return (file, digest)
            } catch {
                if open == nil {
                    Glibc.close(file)
                    unlink(path)
                }
                throw error
            }
        }
        (descriptor, self.digest) = done
    }

    func finish() async throws -> StagedBlob {
        if !batch.isEmpty || descriptor == nil { try await flush() }
        guard let file = descriptor else { throw StorageError.unavailable("no open file") }
        descriptor = nil
        let (from, to, folder) = (store.incomingPath(of: key), store.path(of: key), store.folder(of: key))
        try await store.threads.runIfActive { [store, key] in
            defer { Glibc.close(file) }
            do {
                try FileCalls.sync(file)
                try store.makeFolder(of: key)
                guard rename(from, to) == 0 else { throw StorageError(errno: errno, doing: "rename file") }
                try FileCalls.syncDirectory(folder)
            } catch {
                unlink(from)
                unlink(to)
                throw error
            }
        }
        let sha256 = digest.map { Array($0.finalize()) }
        return StagedBlob(
            blob: Blob(key: key, size: size, sha256: sha256, seal: nil, place: .stored),
            inlineBytes: nil
        )
    }

    func cancel() async {
        batch = []
        guard let file = descriptor else { return }
        descriptor = nil
        let path = store.incomingPath(of: key)
        store.threads.submit { _ in
            Glibc.close(file)
            unlink(path)
        }
    }
}
