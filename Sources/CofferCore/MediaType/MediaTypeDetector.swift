import CMagic
package import NIOCore
import Synchronization

/// Tells what bytes are by looking at them, with libmagic's database.
package final class MediaTypeDetector: Sendable {
    /// How many leading bytes are looked at.
    package static let sampleBytes = 1024

    /// One libmagic handle; only one thread may use it at a time.
    // Sendable by confinement: a handle is taken out of the pool by whoever uses it and put back afterwards.
    private struct Handle: @unchecked Sendable {
        let cookie: magic_t
    }

    private let idle = Mutex<[Handle]>([])

    package init() {}

    /// The media type of a file that begins with `sample`; nil when libmagic itself fails.
    ///
    /// `application/octet-stream` when the bytes are of no known kind.
    package func mediaType(of sample: ByteBuffer) -> String? {
        guard let handle = idle.withLock({ $0.popLast() }) ?? Self.open() else { return nil }
        defer { idle.withLock { $0.append(handle) } }
        return sample.withUnsafeReadableBytes { bytes in
            magic_buffer(handle.cookie, bytes.baseAddress, min(bytes.count, Self.sampleBytes)).map {
                String(cString: $0)
            }
        }
    }

    private static func open() -> Handle? {
        guard let cookie = magic_open(MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS) else { return nil }
        guard magic_load(cookie, nil) == 0 else {
            magic_close(cookie)
            return nil
        }
        return Handle(cookie: cookie)
    }

    deinit {
        for handle in idle.withLock({ $0 }) { magic_close(handle.cookie) }
    }
}
