import Glibc
import Synchronization

/// The directory that holds everything: database, blobs, and the lock that keeps a second process out.
///
/// On disk: `coffer.sqlite` (+ `-wal`, `-shm`), `blobs/`, `outbox/`, `media/`, `lock`. Directories have mode 700, files 600.
package final class DataDirectory: Sendable {
    package enum Failure: Error, Equatable, CustomStringConvertible {
        case notADirectory(String)
        case notWritable(String, reason: String)
        case inUse(String)

        package var description: String {
            switch self {
            case .notADirectory(let path): "The data directory \(path) is not a directory."
            case .notWritable(let path, let reason): "The data directory \(path) cannot be used: \(reason)."
            case .inUse(let path): "The data directory \(path) is in use by another coffer process."
            }
        }
    }

    package let path: String
    /// The descriptor of the lock; nil when it has been given back.
    private let lock: Mutex<CInt?>

    package var databasePath: String { "\(path)/coffer.sqlite" }
    package var blobsPath: String { "\(path)/blobs" }
    package var outboxPath: String { "\(path)/outbox" }

    /// Makes the directory when it is missing and takes its lock, which ends with the process at the latest.
    ///
    /// - Throws: ``Failure``.
    package init(path: String) throws {
        self.path = path
        try Self.make(path)
        // Files that SQLite makes take their mode from this mask.
        umask(0o077)
        let file = open("\(path)/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw Failure.notWritable(path, reason: String(cString: strerror(errno))) }
        guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
            close(file)
            throw Failure.inUse(path)
        }
        lock = Mutex(file)
    }

    deinit {
        release()
    }

    /// Lets another process in; nothing may be written here from now on.
    package func release() {
        lock.withLock { lock in
            guard let file = lock else { return }
            // Closing is not enough: a child of ours that has not come to its `exec` yet shares the lock.
            flock(file, LOCK_UN)
            close(file)
            lock = nil
        }
    }

    private static func make(_ path: String) throws {
        var built = path.hasPrefix("/") ? "" : "."
        for part in path.split(separator: "/") {
            built += "/\(part)"
            guard mkdir(built, 0o700) == 0 || errno == EEXIST || errno == EROFS || errno == EACCES else {
                throw Failure.notWritable(path, reason: String(cString: strerror(errno)))
            }
        }
        var status = stat()
        guard stat(path, &status) == 0 else {
            throw Failure.notWritable(path, reason: String(cString: strerror(errno)))
        }
        guard status.st_mode & S_IFMT == S_IFDIR else { throw Failure.notADirectory(path) }
    }
}
