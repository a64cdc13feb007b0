import Glibc

/// What tells whether a file is still the one that was read.
struct FileFacts: Equatable, Sendable {
    enum Kind: Sendable { case file, folder, link, other }

    let kind: Kind
    let device: Int64
    let inode: Int64
    let size: Int64
    /// Nanoseconds since 1970.
    let modified: Int64

    init(_ status: stat) {
        kind =
            switch status.st_mode & S_IFMT {
            case S_IFREG: .file
            case S_IFDIR: .folder
            case S_IFLNK: .link
            default: .other
            }
        device = Int64(bitPattern: UInt64(status.st_dev))
        inode = Int64(bitPattern: UInt64(status.st_ino))
        size = Int64(status.st_size)
        // A file system may hold any time; one that does not fit stands for no time.
        let (seconds, isTooLarge) = Int64(status.st_mtim.tv_sec).multipliedReportingOverflow(by: 1_000_000_000)
        modified = isTooLarge ? 0 : seconds &+ Int64(status.st_mtim.tv_nsec)
    }

    init(kind: Kind = .file, device: Int64 = 0, inode: Int64, size: Int64, modified: Int64) {
        self.kind = kind
        self.device = device
        self.inode = inode
        self.size = size
        self.modified = modified
    }

    /// Whether inode, size and time are the same.
    func isLike(_ other: FileFacts) -> Bool {
        inode == other.inode && size == other.size && modified == other.modified
    }
}
