import Glibc
package import NIOCore
import NIOPosix

/// A file without a name that holds bytes for a short time; it goes with its last reference.
package final class SpoolFile: Sendable {
    private let descriptor: CInt
    private let threads: NIOThreadPool

    /// Makes the file at a path where nothing is, and takes its name away again.
    init(path: String, threads: NIOThreadPool) throws {
        self.threads = threads
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw StorageError(errno: errno, doing: "create file") }
        unlink(path)
        self.descriptor = descriptor
    }

    deinit {
        Glibc.close(descriptor)
    }

    /// Writes buffers one after the other, the first at `position`.
    package func write(_ buffers: [ByteBuffer], at position: Int64) async throws {
        try await threads.runIfActive { [self] in
            var position = position
            for buffer in buffers {
                try buffer.withUnsafeReadableBytes { try FileCalls.writeAll($0, to: descriptor, at: position) }
                position += Int64(buffer.readableBytes)
            }
        }
    }

    /// Reads `count` bytes, fewer at the end of what was written.
    package func read(from offset: Int64, count: Int) async throws -> ByteBuffer {
        try await threads.runIfActive { [self] in try FileCalls.read(from: descriptor, at: offset, count: count) }
    }
}
