import Glibc
import NIOCore
import NIOPosix
import Synchronization

/// Reads a blob's file.
///
/// It holds the descriptor until it is closed, so the bytes outlive their name.
final class LocalBlobReader: BlobReader {
    let size: Int64
    private let blob: Blob
    private let descriptor: CInt
    private let store: LocalBlobStore
    private let isClosed = Atomic(false)

    init(blob: Blob, descriptor: CInt, size: Int64, store: LocalBlobStore) {
        self.blob = blob
        self.descriptor = descriptor
        self.size = size
        self.store = store
    }

    deinit {
        close()
    }

    var plainFile: PlainFile? { PlainFile(descriptor: descriptor) }

    func read(from offset: Int64, count: Int) async throws -> ByteBuffer {
        let (descriptor, wanted) = (descriptor, Int(min(Int64(count), max(0, size - offset))))
        return try await store.threads.runIfActive {
            try FileCalls.read(from: descriptor, at: offset, count: wanted)
        }
    }

    func close() {
        guard isClosed.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged
        else { return }
        Glibc.close(descriptor)
        store.release(blob)
    }
}
