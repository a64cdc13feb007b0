import Foundation
import Glibc
import NIOCore
import NIOPosix

/// The folder in which runs keep their files, each run in a private one of its own.
struct WorkDirectories: Sendable {
    /// Absolute: tools are told paths in it, and begin in a folder of their own.
    let root: String
    let threads: NIOThreadPool

    init(root: String, threads: NIOThreadPool) {
        self.root = URL(fileURLWithPath: root).path
        self.threads = threads
    }

    /// Makes the folder when it is missing, and removes what an earlier process left in it.
    func prepare() throws {
        if mkdir(root, 0o700) != 0, errno != EEXIST { throw MediaFailure.system(errno: errno) }
        for name in (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? [] {
            try? FileManager.default.removeItem(atPath: "\(root)/\(name)")
        }
    }

    /// Whether the disk has hardly room for a picture.
    var isFull: Bool {
        var status = statvfs()
        guard statvfs(root, &status) == 0 else { return false }
        return UInt64(status.f_bavail) * UInt64(status.f_frsize) < 4 << 20
    }

    /// Runs `body` with the path of a new folder, mode 700, that goes whatever happens.
    func with<Value: Sendable>(_ body: (_ path: String) async throws -> Value) async throws -> Value {
        let path = try await withoutCancelling { try make() }
        do {
            let value = try await body(path)
            await remove(path)
            return value
        } catch {
            await remove(path)
            throw error
        }
    }

    private func make() throws -> String {
        var template = Array("\(root)/XXXXXX".utf8CString)
        for attempt in 0..<2 {
            let made = template.withUnsafeMutableBufferPointer { buffer in
                buffer.baseAddress.flatMap(mkdtemp) != nil
            }
            if made { break }
            // Somebody tidied up.
            guard attempt == 0, errno == ENOENT, mkdir(root, 0o700) == 0 else {
                throw MediaFailure.system(errno: errno)
            }
            template = Array("\(root)/XXXXXX".utf8CString)
        }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private func remove(_ path: String) async {
        _ = try? await withoutCancelling { try FileManager.default.removeItem(atPath: path) }
    }

    /// Runs work on the pool even when the caller is cancelled, which would leave a folder behind.
    private func withoutCancelling<Value: Sendable>(
        _ work: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            threads.submit { state in
                guard case .active = state else { return continuation.resume(throwing: MediaFailure.stopped) }
                continuation.resume(with: Result(catching: work))
            }
        }
    }

    /// Reads a whole file that a tool wrote.
    ///
    /// - Returns: nil when it wrote none.
    func contents(of path: String, upTo limit: Int) async throws -> ByteBuffer? {
        try await threads.runIfActive {
            let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
            guard descriptor >= 0 else { return nil }
            defer { close(descriptor) }
            var status = stat()
            guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size <= limit else {
                throw MediaFailure.broken
            }
            var buffer = ByteBufferAllocator().buffer(capacity: Int(status.st_size))
            while buffer.readableBytes < Int(status.st_size) {
                let got = try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: 65_536) { space in
                    let got = Glibc.read(descriptor, space.baseAddress, space.count)
                    guard got >= 0 else { throw MediaFailure.system(errno: errno) }
                    return got
                }
                if got == 0 { break }
            }
            return buffer
        }
    }
}
