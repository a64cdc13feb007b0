import Glibc
import NIOCore
import Synchronization

/// Where log lines go: a descriptor, one whole line per write.
package final class LogSink: Sendable {
    private let descriptor: CInt
    // One writer at a time, so that lines longer than a pipe's atomic size do not mix.
    private let turn = Mutex(())

    /// - Parameter descriptor: an open descriptor that this sink does not close; standard error by default.
    package init(descriptor: CInt = STDERR_FILENO) {
        self.descriptor = descriptor
    }

    func write(_ line: JSONValue) {
        var bytes = line.encoded
        bytes.writeStaticString("\n")
        turn.withLock { _ in
            bytes.withUnsafeReadableBytes { rest in
                var rest = rest
                while !rest.isEmpty {
                    let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
                    // A log that cannot be written must not stop the server.
                    guard count > 0 || errno == EINTR else { return }
                    rest = UnsafeRawBufferPointer(rebasing: rest[max(0, count)...])
                }
            }
        }
    }
}
