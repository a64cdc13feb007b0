import Crypto
import Glibc

/// System calls that look at files as a whole.
extension FileCalls {
    private static let pieceBytes = 256 * 1024

    /// Feeds a range of a file to a digest, without keeping it.
    static func hash(_ descriptor: CInt, _ range: Range<Int64>, into digest: inout SHA256) throws {
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceBytes, alignment: 16)
        defer { piece.deallocate() }
        var offset = range.lowerBound
        while offset < range.upperBound {
            let wanted = Int(min(Int64(pieceBytes), range.upperBound - offset))
            let got = pread(descriptor, piece.baseAddress, wanted, Int(offset))
            if got < 0 {
                if errno == EINTR { continue }
                throw StorageError(errno: errno, doing: "read file")
            }
            guard got > 0 else { throw StorageError.unavailable("a file is shorter than it should be") }
            digest.update(bufferPointer: UnsafeRawBufferPointer(rebasing: piece[..<got]))
            offset += Int64(got)
        }
    }

    /// Bytes that the file system of a path has left for us.
    static func freeBytes(at path: String) throws -> Int64 {
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { throw StorageError(errno: errno, doing: "stat file system") }
        let (bytes, isTooMany) = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        return isTooMany ? .max : Int64(clamping: bytes)
    }
}
