import Glibc

/// Small files that appear whole or not at all, and are still there after a loss of power.
///
/// The calls block; past the start of the server they belong on a thread pool.
package enum DurableFile {
    /// Writes a new file of mode 600 in an existing directory: bytes, fsync, rename, fsync of the directory.
    ///
    /// - Throws: ``StorageError``; nothing is left behind then.
    package static func write(_ bytes: [UInt8], to name: String, in directory: String) throws {
        let temporary = "\(directory)/.\(name)"
        let descriptor = try FileCalls.create(temporary)
        do {
            defer { close(descriptor) }
            try bytes.withUnsafeBytes { try FileCalls.writeAll($0, to: descriptor) }
            try FileCalls.sync(descriptor)
        } catch {
            unlink(temporary)
            throw error
        }
        guard rename(temporary, "\(directory)/\(name)") == 0 else {
            let code = errno
            unlink(temporary)
            throw StorageError(errno: code, doing: "rename file")
        }
        try FileCalls.syncDirectory(directory)
    }
}
