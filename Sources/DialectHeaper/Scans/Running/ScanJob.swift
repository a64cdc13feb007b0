import CofferCore
import Logging
import NIOPosix
import Yjs

/// Runs one scan: walks, reads what is new or changed, stores, and at the end looks for folders that are gone.
struct ScanJob {
    /// Files that are compared at once, and changes that are stored together.
    private static let filesPerStep = 1000
    private static let filesPerBatch = 256

    let running: RunningScan
    let store: ScanStore
    let folders: HeapFolders
    let hasher: FileHasher
    let documents: any DocumentHosting
    let events: any HeapEventPassing

    private var pending = ScanBatch()
    /// Folders that could not be read; nothing below them counts as gone.
    private var unreadable: [(root: String, path: FolderPath)] = []
    private let id: String
    private let user: UserID

    init(_ running: RunningScan, _ runner: ScanRunner, hasher: FileHasher) {
        self.running = running
        store = runner.store
        folders = runner.folders
        documents = runner.documents
        events = runner.events
        self.hasher = hasher
        (id, user) = (running.scan.id, running.scan.user)
    }

    private var heap: HeapPlace { running.heap }

    /// - Throws: ``StorageError``, ``ScanFailure`` when the folder is not there any more.
    mutating func run() async throws -> Scan.End {
        let (folders, heap, path) = (folders, heap, running.scan.path)
        let starts = try await hasher.threads.runIfActive {
            try folders.starts(path, in: heap.heap, owner: heap.owner)
        }
        let walker = FolderWalker(starts)
        var isEnd = false
        while running.mayGoOn, !isEnd {
            let step = try await hasher.threads.runIfActive { walker.next(limit: Self.filesPerStep) }
            try await take(step)
            isEnd = step.isEnd
        }
        try await flush()
        guard running.mayGoOn else { return .stopped }
        try await sweep(starts)
        return running.mayGoOn ? .complete : .stopped
    }

    private mutating func take(_ step: FolderWalker.Step) async throws {
        let review = try await store.review(step.parts, in: heap.heap)
        for part in step.parts {
            if part.isUnreadable { unreadable.append((part.root.name, part.folder)) }
            // A folder is known from its first part on.
            guard part.after == nil else { continue }
            let key = FolderKey(heap.heap, root: part.root.name, part.folder)
            pending.folders.append(.init(key: key, root: part.root.name, path: part.folder))
        }
        running.update { scan in
            scan.counts.found += Int64(step.files)
            scan.counts.done += Int64(review.unchanged)
            scan.counts.skipped += Int64(step.skipped)
            scan.counts.errors += Int64(step.errors)
            if let last = step.parts.last { scan.currentPath = Self.shownPath(last) }
        }
        pending.returned += review.returned
        pending.vanished += review.vanished
        for start in stride(from: 0, to: review.toRead.count, by: Self.filesPerBatch) {
            guard running.mayGoOn else { break }
            let end = min(start + Self.filesPerBatch, review.toRead.count)
            try await read(Array(review.toRead[start..<end]))
        }
        if pending.count >= Self.filesPerBatch { try await flush() }
    }

    /// As the client would name it.
    private static func shownPath(_ part: FolderWalker.Part) -> FolderPath {
        guard !part.root.name.isEmpty else { return part.folder }
        let mount = FolderPath.root.appending(part.root.name.utf8)
        return part.folder.isRoot ? mount : mount.appending(part.folder.bytes)
    }

    /// Reads files while those before them are stored.
    private mutating func read(_ files: [FileToRead]) async throws {
        let (hasher, running) = (hasher, running)
        async let reading = hasher.read(files) { running.mayGoOn }
        if pending.count >= Self.filesPerBatch { try await flush() }
        let outcome = try await reading
        pending.files += outcome.files
        running.update { scan in
            scan.counts.errors += Int64(outcome.errors)
            // What went between two looks was never found.
            scan.counts.found -= Int64(outcome.gone)
            scan.counts.done += Int64(outcome.errors)
        }
    }

    /// Stores what is pending, then lets the documents follow.
    private mutating func flush() async throws {
        guard !pending.isEmpty else { return }
        let batch = pending
        pending = ScanBatch()
        let result = try await store.store(batch, in: heap, by: user, scan: id)
        for edit in result.edits { try await write(edit) }
        for block in result.newBlocks { publish(block) }
        for block in result.changed { publish(block) }
        running.update { scan in
            scan.counts.done += Int64(batch.files.count + batch.returned.count)
            scan.counts.newBlocks += Int64(result.newBlocks.count)
            scan.counts.updated += Int64(result.changed.count)
            scan.counts.duplicates += result.duplicates
        }
    }

    private func publish(_ block: BlockID) {
        var event = HeapEvent(kind: .blockChanged, heap: heap.heap)
        event.block = block
        events.publish(event)
    }

    private func write(_ edit: FileEdit) async throws {
        do {
            try await documents.edit(DocumentTarget(new: edit.block, in: heap), by: user) { document in
                for entry in edit.removed { try entry.remove(from: &document) }
                try edit.added?.write(into: &document)
                guard let former = edit.formerTitle, let title = edit.added?.title else { return }
                guard document.plainText(of: BlockEdits.title) == former else { return }
                try BlockEdits.setTitle(title, &document)
            }
        } catch HeaperError.blockNotFound {
            // Purged since; there is nothing to follow.
        }
    }

    // MARK: Folders that are gone

    private mutating func sweep(_ starts: [HeapFolders.Start]) async throws {
        var last: FolderKey?
        while running.mayGoOn {
            let page = try await store.unseenFolders(in: heap.heap, by: id, after: last)
            guard let end = page.last else { return }
            last = end.key
            for folder in page where isGone(folder, starts) {
                try await forget(folder)
            }
            try await flush()
        }
    }

    private func isGone(_ folder: ScanBatch.Folder, _ starts: [HeapFolders.Start]) -> Bool {
        starts.contains { $0.root.name == folder.root && folder.path.isInside($0.path) }
            && !unreadable.contains { $0.root == folder.root && folder.path.isInside($0.path) }
    }

    private mutating func forget(_ folder: ScanBatch.Folder) async throws {
        var last: [UInt8]?
        while running.mayGoOn {
            let files = try await store.presentFiles(in: folder.key, after: last)
            guard let end = files.last else { return }
            last = end.name
            pending.vanished += files
            if pending.count >= Self.filesPerBatch { try await flush() }
        }
    }
}
