import Glibc
package import NIOCore
import NIOPosix

/// The bytes of a file whose name never matters.
package enum MediaInput: Sendable {
    /// An open regular file; the tool reads it from its start. It must stay open until the call returns.
    case file(descriptor: CInt, size: Int64)
    /// Bytes that lie in no file as they are; a tool gets a copy.
    case bytes(size: Int64, read: @Sendable (_ offset: Int64, _ count: Int) async throws -> ByteBuffer)

    /// Bytes in memory.
    package init(_ buffer: ByteBuffer) {
        self = .bytes(size: Int64(buffer.readableBytes)) { offset, count in
            buffer.getSlice(at: buffer.readerIndex + Int(offset), length: count) ?? ByteBuffer()
        }
    }

    package var size: Int64 {
        switch self {
        case .file(_, let size), .bytes(let size, _): size
        }
    }

    /// Up to `count` bytes from `offset` on, fewer only at the end.
    func read(at offset: Int64, count: Int, on threads: NIOThreadPool) async throws -> [UInt8] {
        let wanted = Int(min(Int64(count), max(0, size - offset)))
        guard wanted > 0 else { return [] }
        switch self {
        case .file(let descriptor, _):
            return try await threads.runIfActive { try Self.read(descriptor, at: offset, count: wanted) }
        case .bytes(_, let read):
            var bytes: [UInt8] = []
            while bytes.count < wanted {
                let piece = try await read(offset + Int64(bytes.count), wanted - bytes.count)
                guard piece.readableBytes > 0 else { break }
                bytes += piece.readableBytesView
            }
            return bytes
        }
    }

    private static func read(_ descriptor: CInt, at offset: Int64, count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                let got = pread(
                    descriptor,
                    buffer.baseAddress.map { $0 + filled },
                    count - filled,
                    off_t(offset) + filled
                )
                if got < 0, errno == EINTR { continue }
                guard got >= 0 else { throw MediaFailure.system(errno: errno) }
                if got == 0 { break }
                filled += got
            }
        }
    }
}
