import CofferCore
import Synchronization

/// The blobs that this process is writing, or has just written, so that their rows may be about to come.
///
/// The times that S3 tells do not show that: it may count the age of an object from the beginning of its upload.
final class FreshBlobs: Sendable {
    private enum State {
        case writing
        case written(Timestamp)
    }

    private let states = Mutex<[BlobKey: State]>([:])

    func begin(_ key: BlobKey) {
        states.withLock { $0[key] = .writing }
    }

    /// Notes when a blob was finished, or given up.
    func end(_ key: BlobKey, at time: Timestamp) {
        states.withLock { $0[key] = .written(time) }
    }

    func contains(_ key: BlobKey) -> Bool {
        states.withLock { $0[key] != nil }
    }

    /// Forgets what was written before that time.
    func forget(before limit: Timestamp) {
        states.withLock { states in
            states = states.filter { entry in
                guard case .written(let time) = entry.value else { return true }
                return time >= limit
            }
        }
    }
}
