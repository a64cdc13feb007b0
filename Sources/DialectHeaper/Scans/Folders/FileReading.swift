import Crypto
import Glibc

/// Reads an open file from its beginning, and closes it in the end; it blocks.
final class FileReading {
    private static let pieceBytes = 1 << 18

    private let descriptor: CInt

    init(descriptor: CInt) {
        self.descriptor = descriptor
    }

    deinit {
        Glibc.close(descriptor)
    }

    /// The whole file, or as much of it as fits.
    func all(upTo limit: Int) throws(FolderFailure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: limit)
        var filled = 0
        while filled < limit {
            let count = try read(into: &bytes, from: filled)
            if count == 0 { break }
            filled += count
        }
        return Array(bytes.prefix(filled))
    }

    /// The SHA-256 of all that is there, and the first bytes.
    ///
    /// - Parameters:
    ///   - space: any bytes of ``makeSpace()``, so that many files can be read in one room.
    ///   - sampleBytes: how many of the first bytes to hand back.
    ///   - size: what it has now; of one that has grown, no more is read than shows it.
    ///   - mayGoOn: asked before each piece.
    /// - Returns: nil when it was told to stop.
    /// - Throws: ``FolderFailure`` when it cannot be read to its end.
    func digest(
        in space: inout [UInt8],
        sampleBytes: Int,
        size: Int64,
        while mayGoOn: () -> Bool
    ) throws(FolderFailure) -> (sha256: [UInt8], sample: [UInt8], bytes: Int64)? {
        var (digest, sample, total) = (SHA256(), [UInt8](), Int64(0))
        while true {
            guard mayGoOn() else { return nil }
            let count = try read(into: &space, from: 0)
            guard count > 0 else { return (Array(digest.finalize()), sample, total) }
            space.withUnsafeBytes { digest.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            if total == 0 { sample = Array(space.prefix(min(count, sampleBytes))) }
            total += Int64(count)
            guard total <= size else { return ([], [], total) }
        }
    }

    func facts() throws(FolderFailure) -> FileFacts {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FolderFailure(errno) }
        return FileFacts(status)
    }

    static func makeSpace() -> [UInt8] {
        [UInt8](repeating: 0, count: pieceBytes)
    }

    /// - Returns: 0 at the end.
    private func read(into bytes: inout [UInt8], from start: Int) throws(FolderFailure) -> Int {
        while true {
            let count = bytes.withUnsafeMutableBytes { space in
                Glibc.read(descriptor, space.baseAddress.map { $0 + start }, space.count - start)
            }
            if count >= 0 { return count }
            guard errno == EINTR else { throw FolderFailure(errno) }
        }
    }
}
