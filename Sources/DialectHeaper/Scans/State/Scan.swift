import CofferCore
import CofferHTTP

/// A walk through a heap's folders, as its clients see it.
struct Scan: Equatable, Sendable {
    enum Status: String, Sendable {
        case running, aborting, aborted, done, failed

        var isActive: Bool { self == .running || self == .aborting }
    }

    /// How a scan ends.
    enum End: Sendable {
        case complete
        /// It was told to stop, or the server stops.
        case stopped
        case broken
    }

    struct Counts: Equatable, Sendable {
        /// Files that are not left out.
        var found: Int64 = 0
        /// Those of them that are dealt with, unchanged ones among them.
        var done: Int64 = 0
        var newBlocks: Int64 = 0
        /// Blocks whose file changed, moved, went or came back.
        var updated: Int64 = 0
        var duplicates: Int64 = 0
        /// What an ignore file leaves out, links, pipes, sockets and devices.
        var skipped: Int64 = 0
        /// Files and folders that could not be read.
        var errors: Int64 = 0
    }

    let id: String
    let heap: HeapID
    /// Who started it.
    let user: UserID
    let path: FolderPath
    let startedAt: Timestamp
    private(set) var status = Status.running
    private(set) var finishedAt: Timestamp?
    var counts = Counts()
    /// The folder that was looked at last; nil when the scan is over.
    var currentPath: FolderPath?

    init(id: String, heap: HeapID, user: UserID, path: FolderPath, startedAt: Timestamp) {
        self.id = id
        self.heap = heap
        self.user = user
        self.path = path
        self.startedAt = startedAt
    }

    /// Asks it to stop.
    ///
    /// - Returns: whether that changed anything.
    mutating func abort() -> Bool {
        guard status == .running else { return false }
        status = .aborting
        return true
    }

    /// Ends it; a scan ends once.
    ///
    /// One that was told to stop and came to its end all the same is done.
    mutating func finish(_ end: End, at time: Timestamp) {
        guard status.isActive else { return }
        status =
            switch end {
            case .complete: .done
            case .stopped: .aborted
            case .broken: .failed
            }
        finishedAt = time
        currentPath = nil
    }

    /// As the database has it.
    init(
        id: String,
        heap: HeapID,
        user: UserID,
        path: FolderPath,
        status: Status,
        counts: Counts,
        startedAt: Timestamp,
        finishedAt: Timestamp?
    ) {
        self.init(id: id, heap: heap, user: user, path: path, startedAt: startedAt)
        self.status = status
        self.counts = counts
        self.finishedAt = finishedAt
    }

    /// The scan object (contract, section 8).
    var members: [JSONValue.Member] {
        [
            .init("scan_id", .string(id)),
            .init("heap_id", .string(heap.text)),
            .init("path", .string(path.text)),
            .init("status", .string(status.rawValue)),
            .init("files_found", .integer(counts.found)),
            .init("files_done", .integer(counts.done)),
            .init("new_blocks", .integer(counts.newBlocks)),
            .init("updated", .integer(counts.updated)),
            .init("duplicates", .integer(counts.duplicates)),
            .init("skipped", .integer(counts.skipped)),
            .init("errors", .integer(counts.errors)),
            .init("current_path", .string(currentPath?.text)),
            .init("started_at", .string(CalendarTime(startedAt).internetDateTimeWithMilliseconds)),
            .init("finished_at", .string(finishedAt.map { CalendarTime($0).internetDateTimeWithMilliseconds })),
        ]
    }
}
