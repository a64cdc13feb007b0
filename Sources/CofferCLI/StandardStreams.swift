import Glibc

/// The process's standard error.
enum StandardError {
    static func print(_ line: String) {
        let bytes = Array("\(line)\n".utf8)
        _ = write(STDERR_FILENO, bytes, bytes.count)
    }
}

/// The process's standard output.
enum StandardOutput {
    /// Writes out what was printed: into a pipe or a file it would otherwise wait for more.
    static func flush() {
        fflush(nil)
    }
}
