import CLinux
import CSodium
import Glibc
import NIOCore

/// The system calls of the blob store, with their errors in our words.
///
/// They block, so they run on a thread pool. Opening never follows a final link and never leaks into child processes.
enum FileCalls {
    static func create(_ path: String) throws -> CInt {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw StorageError(errno: errno, doing: "create file") }
        return descriptor
    }

    /// - Returns: nil when there is no such file.
    static func openForReading(_ path: String) throws -> (descriptor: CInt, size: Int64)? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return nil }
            throw StorageError(errno: errno, doing: "open file")
        }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let code = errno
            Glibc.close(descriptor)
            throw StorageError(errno: code, doing: "stat file")
        }
        return (descriptor, Int64(status.st_size))
    }

    static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: CInt) throws {
        var rest = bytes
        while !rest.isEmpty {
            let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw StorageError(errno: errno, doing: "write file")
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
    }

    /// Reads up to `count` bytes at `offset`; fewer only at the end of the file.
    static func read(from descriptor: CInt, at offset: Int64, count: Int) throws -> ByteBuffer {
        var buffer = ByteBufferAllocator().buffer(capacity: count)
        try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { space in
            var filled = 0
            while filled < count {
                let got = pread(
                    descriptor,
                    space.baseAddress?.advanced(by: filled),
                    count - filled,
                    Int(offset) + filled
                )
                if got < 0 {
                    if errno == EINTR { continue }
                    throw StorageError(errno: errno, doing: "read file")
                }
                if got == 0 { break }
                filled += got
            }
            return filled
        }
        return buffer
    }

    /// Opens a file for writing anywhere in it, and makes it when it is missing.
    static func openForFilling(_ path: String) throws -> CInt {
        let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw StorageError(errno: errno, doing: "open file") }
        return descriptor
    }

    /// - Returns: nil when there is no such file.
    static func reopenForFilling(_ path: String) throws -> CInt? {
        let descriptor = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW)
        if descriptor < 0, errno == ENOENT { return nil }
        guard descriptor >= 0 else { throw StorageError(errno: errno, doing: "open file") }
        return descriptor
    }

    static func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: CInt, at position: Int64) throws {
        var (rest, offset) = (bytes, Int(position))
        while !rest.isEmpty {
            let count = pwrite(descriptor, rest.baseAddress, rest.count, offset)
            if count < 0 {
                if errno == EINTR { continue }
                throw StorageError(errno: errno, doing: "write file")
            }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            offset += count
        }
    }

    /// Copies bytes inside a file; the two ranges must not overlap.
    static func copy(in descriptor: CInt, from: Int64, to: Int64, length: Int64) throws {
        let pieceBytes: Int64 = 1 << 20
        var done: Int64 = 0
        while done < length {
            let piece = try read(from: descriptor, at: from + done, count: Int(min(pieceBytes, length - done)))
            guard piece.readableBytes > 0 else { throw StorageError.unavailable("a part's bytes are missing") }
            try piece.withUnsafeReadableBytes { try writeAll($0, to: descriptor, at: to + done) }
            done += Int64(piece.readableBytes)
        }
    }

    /// Makes a hole where nobody needs the bytes any more, if the file system knows holes (fallocate(2)).
    static func punch(_ descriptor: CInt, _ range: Range<Int64>) {
        _ = coffer_punch_hole(descriptor, Int(range.lowerBound), range.count)
    }

    /// Cuts a file to a size if it is longer.
    static func cut(_ descriptor: CInt, to size: Int64) throws {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw StorageError(errno: errno, doing: "stat file") }
        guard Int64(status.st_size) > size else { return }
        guard ftruncate(descriptor, Int(size)) == 0 else { throw StorageError(errno: errno, doing: "cut file") }
        try sync(descriptor)
    }

    static func sync(_ descriptor: CInt) throws {
        guard fsync(descriptor) == 0 else { throw StorageError(errno: errno, doing: "sync file") }
    }

    static func syncDirectory(_ path: String) throws {
        let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw StorageError(errno: errno, doing: "open directory") }
        defer { Glibc.close(descriptor) }
        try sync(descriptor)
    }

    static func makeDirectory(_ path: String) throws {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw StorageError(errno: errno, doing: "create directory")
        }
    }

    /// The names in a directory, without `.` and `..`.
    static func names(in path: String) throws -> [String] {
        guard let directory = opendir(path) else { throw StorageError(errno: errno, doing: "open directory") }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { raw in
                String(decoding: raw.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        return names
    }

    /// When the file was last changed or renamed (its ctime); nil when it is gone.
    static func changeTime(of path: String) -> Timestamp? {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        let time = status.st_ctim
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    /// Whether less is on the disk than the file's size tells.
    static func hasHoles(_ path: String) -> Bool {
        var status = stat()
        guard lstat(path, &status) == 0 else { return false }
        return Int64(status.st_blocks) * 512 < Int64(status.st_size)
    }

    /// Overwrites a file's bytes where they lie, as often as asked, with a sync after each pass.
    ///
    /// Journaling, copy-on-write and flash storage may keep older blocks all the same; what protects deleted bytes
    /// is that their key is gone.
    static func overwrite(_ path: String, passes: Int) throws {
        let descriptor = open(path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw StorageError(errno: errno, doing: "open file") }
        defer { Glibc.close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw StorageError(errno: errno, doing: "stat file") }
        for _ in 0..<passes {
            try overwriteOnce(descriptor, size: Int(status.st_size))
            try sync(descriptor)
        }
    }

    private static func overwriteOnce(_ descriptor: CInt, size: Int) throws {
        guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw StorageError(errno: errno, doing: "seek file") }
        var noise = [UInt8](repeating: 0, count: min(size, 256 * 1024))
        var left = size
        while left > 0 {
            // A key stream from a fresh seed: as unpredictable as the kernel's generator and many times faster.
            var seed = [UInt8](repeating: 0, count: randombytes_seedbytes())
            randombytes_buf(&seed, seed.count)
            randombytes_buf_deterministic(&noise, noise.count, seed)
            let count = min(left, noise.count)
            try noise.withUnsafeBytes { try writeAll(UnsafeRawBufferPointer(rebasing: $0[..<count]), to: descriptor) }
            left -= count
        }
    }
}
