import CofferCore
import NIOCore
import Synchronization

/// Reads one object.
///
/// A request for everything from the first wanted byte on stays open between reads, so reading in order is one
/// request, which the connection's buffers keep ahead. A read elsewhere begins another one, and so does a broken one.
final class S3BlobReader: BlobReader {
    private static let attempts = 3

    let size: Int64
    private let blob: Blob
    private let store: S3BlobStore
    /// The open request, unless a read has taken it.
    private let idle: Mutex<S3Stream?>
    private let isClosed = Atomic(false)

    private init(_ blob: Blob, size: Int64, stream: S3Stream?, store: S3BlobStore) {
        self.blob = blob
        self.size = size
        self.store = store
        idle = Mutex(stream)
    }

    /// Opens a blob that the caller has retained.
    ///
    /// - Throws: ``BlobError/missing``, ``StorageError``.
    static func open(_ blob: Blob, in store: S3BlobStore) async throws -> S3BlobReader {
        let key = store.objectKey(of: blob.key)
        // Nothing can be asked of an empty object but its size.
        guard blob.size > 0 || blob.seal != nil else {
            guard try await store.client.size(of: key) != nil else { throw BlobError.missing }
            return S3BlobReader(blob, size: 0, stream: nil, store: store)
        }
        guard let stream = try await store.client.stream(key, from: 0) else { throw BlobError.missing }
        // What was sealed is longer than the bytes inside; anything else holds no more than its row says.
        let size = blob.seal == nil ? min(stream.size, blob.size) : stream.size
        return S3BlobReader(blob, size: size, stream: stream, store: store)
    }

    deinit {
        close()
    }

    var plainFile: PlainFile? { nil }

    func read(from offset: Int64, count: Int) async throws -> ByteBuffer {
        let end = min(size, offset + Int64(max(0, count)))
        guard offset >= 0, offset < end else { return ByteBuffer() }
        var bytes = ByteBuffer()
        var failures = 0
        while offset + Int64(bytes.readableBytes) < end {
            let position = offset + Int64(bytes.readableBytes)
            let stream = try await take(at: position)
            do {
                while stream.position < end, var piece = try await stream.next(upTo: Int(end - stream.position)) {
                    bytes.writeBuffer(&piece)
                    failures = 0
                }
                if stream.position < end { throw StorageError.unavailable("an object ended too soon") }
                giveBack(stream)
            } catch {
                try Task.checkCancellation()
                failures += 1
                guard failures < Self.attempts else {
                    throw error as? StorageError ?? StorageError.unavailable("read an object: \(error)")
                }
            }
        }
        return bytes
    }

    /// A stream at this place: the one that waits, or a new one.
    private func take(at position: Int64) async throws -> S3Stream {
        let waiting = idle.withLock { idle -> S3Stream? in
            guard idle?.position == position else { return nil }
            defer { idle = nil }
            return idle
        }
        if let waiting { return waiting }
        guard let stream = try await store.client.stream(store.objectKey(of: blob.key), from: position) else {
            throw BlobError.missing
        }
        return stream
    }

    private func giveBack(_ stream: S3Stream) {
        guard stream.position < size, !isClosed.load(ordering: .acquiring) else { return }
        idle.withLock { $0 = stream }
    }

    func close() {
        guard isClosed.compareExchange(expected: false, desired: true, ordering: .acquiringAndReleasing).exchanged
        else { return }
        idle.withLock { $0 = nil }
        store.release(blob)
    }
}
