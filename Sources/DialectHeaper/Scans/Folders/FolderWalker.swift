import Synchronization

/// Walks through folders piece by piece, in the order of their bytes, folders after the files beside them.
///
/// Memory holds the names of one folder, and of the folders that wait on the way to it; one folder is open at a time. It
/// blocks, so it runs on a thread pool.
final class FolderWalker: Sendable {
    /// Files of one folder that lie together in its order.
    struct Part: Sendable {
        let root: FolderRoot
        let folder: FolderPath
        var files: [FoundFile] = []
        /// Names of which nothing could be found out.
        var unreadable: [[UInt8]] = []
        /// The last name of the part before, unless this is the folder's first part.
        var after: [UInt8]?
        /// The last name that this part stands for; nil when it stands for all to the end of the folder.
        var through: [UInt8]?
        var isLast: Bool { through == nil }
        /// The folder could not be read, or not to its end: what is missing here need not have gone.
        var isUnreadable = false
    }

    struct FoundFile: Sendable {
        let name: [UInt8]
        let facts: FileFacts
    }

    /// A piece of the walk, with what was counted on the way.
    struct Step: Sendable {
        var parts: [Part] = []
        var files = 0
        var skipped = 0
        var errors = 0
        var isEnd = false
    }

    /// Bounds on one step, beside the number of files.
    private static let partsPerStep = 256

    private let state: Mutex<WalkState>

    /// - Parameter starts: where to begin, in which root; all that lies below is walked through.
    init(_ starts: [(root: FolderRoot, path: FolderPath)]) {
        state = Mutex(WalkState(starts.reversed().map { WalkState.Start(root: $0.root, path: $0.path) }))
    }

    /// The next files, about `limit` of them.
    func next(limit: Int) -> Step {
        state.withLock { state in
            var step = Step()
            while step.files < limit, step.parts.count < Self.partsPerStep {
                guard state.advance(&step, limit: limit) else {
                    step.isEnd = true
                    break
                }
            }
            return step
        }
    }
}
