import Glibc

/// A file of zeros beside the database, given up for a moment when the disk is full.
///
/// Deleting needs room too: the write-ahead log must take the change before any byte comes free. A checkpoint lets the log
/// begin anew in the room it has, but has to write into the database file itself; this file makes the room for that.
struct DiskReserve {
    static let bytes = 512 * 1024

    private let path: String

    /// `database`: the path of the database file.
    init(database: String) {
        path = "\(database)-reserve"
    }

    /// Makes the file, or what of it is missing, as large as there is room for.
    func keep() {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        let zeros = [UInt8](repeating: 0, count: 16 * 1024)
        while lseek(descriptor, 0, SEEK_END) < Self.bytes {
            guard write(descriptor, zeros, zeros.count) > 0 else { return }
        }
    }

    func giveUp() {
        unlink(path)
    }
}
