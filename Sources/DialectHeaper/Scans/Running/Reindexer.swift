import CofferCore
import ServiceLifecycle
import Synchronization

/// Makes the rows of files anew: from the documents, and by looking whether their bytes are there.
struct Reindexer: Service {
    /// An order.
    struct Job: Sendable {
        let id: String
        let heaps: [HeapID]
        let blocks: Int64
    }

    /// Orders that wait; the same heap waits once.
    private final class Queue: Sendable {
        let waiting = Mutex<[HeapID]>([])
        let signal = Signal()
    }

    private static let page = 200

    let store: ScanStore
    let originals: Originals
    let documents: any DocumentHosting
    let work: BackgroundWork
    private let queue = Queue()

    init(store: ScanStore, originals: Originals, documents: any DocumentHosting, work: BackgroundWork) {
        self.store = store
        self.originals = originals
        self.documents = documents
        self.work = work
    }

    /// The heaps in which a user may write.
    func heaps(of user: UserID) async throws -> [HeapID] {
        try await store.database.read { session in
            try session.query(
                """
                SELECT m.heap_id FROM heaper_members m
                JOIN heaper_heaps h ON h.id = m.heap_id AND h.deleted_at IS NULL
                WHERE m.user_id = \(user) AND m.role <> 'viewer' ORDER BY m.heap_id
                """
            ) { HeapID(unchecked: $0.text(0)) }
        }
    }

    /// Orders the heaps' files to be looked through, in the background.
    func order(_ heaps: [HeapID]) async throws -> Job {
        let blocks = try await store.database.read { session in
            try heaps.reduce(into: Int64(0)) { sum, heap in
                sum +=
                    try session.first(
                        "SELECT COUNT(DISTINCT block_id) FROM heaper_files WHERE heap_id = \(heap)"
                    ) { $0.integer(0) } ?? 0
            }
        }
        queue.waiting.withLock { waiting in
            for heap in heaps where !waiting.contains(heap) { waiting.append(heap) }
        }
        queue.signal.raise()
        return Job(id: store.newID(), heaps: heaps, blocks: blocks)
    }

    func run() async throws {
        await work.untilShutdown {
            while !Task.isCancelled {
                while let heap = queue.waiting.withLock({ $0.isEmpty ? nil : $0.removeFirst() }), !Task.isCancelled {
                    await work.attempt { try await reindex(heap) }
                }
                await queue.signal.wait()
            }
        }
    }

    private func reindex(_ heap: HeapID) async throws {
        // What is behind its document is brought up to it.
        _ = try await store.database.write { session in
            try session.execute(
                """
                UPDATE heaper_documents SET projected = 0
                WHERE block_id IN (SELECT id FROM heaper_blocks WHERE heap_id = \(heap) AND purged_at IS NULL)
                """
            )
        }
        try await documents.settle(heap)
        var last = FileID(unchecked: "")
        while !Task.isCancelled {
            let files = try await files(of: heap, after: last)
            guard let end = files.last else { return }
            last = end.file.id
            try await check(files)
        }
    }

    private struct Candidate: Sendable {
        let file: HeaperFile
        let isStored: Bool
    }

    private func files(of heap: HeapID, after last: FileID) async throws -> [Candidate] {
        try await store.database.read { session in
            try session.query(
                """
                SELECT \(part: HeaperFile.columns), c.hash FROM heaper_files f
                LEFT JOIN heaper_contents c ON c.hash = f.hash
                WHERE f.heap_id = \(heap) AND f.id > \(last) ORDER BY f.id LIMIT \(Self.page)
                """
            ) { Candidate(file: HeaperFile($0), isStored: !$0.isNull(HeaperFile.columnCount)) }
        }
    }

    private static func arrive(_ file: HeaperFile, _ session: any SQLSession) throws -> Bool {
        try session.execute(
            "UPDATE heaper_files SET is_uploaded = 1, unprobed = 1 WHERE id = \(file.id) AND is_uploaded = 0"
        ) > 0
    }

    /// Scans look for it again, though where it was looks as it did when it comes back.
    private static func leave(_ file: HeaperFile, _ session: any SQLSession) throws -> Bool {
        let changed = try session.execute(
            """
            UPDATE heaper_files SET is_uploaded = 0 WHERE id = \(file.id) AND is_uploaded = 1
                AND NOT EXISTS (SELECT 1 FROM heaper_contents c WHERE c.hash = heaper_files.hash)
            """
        )
        guard changed > 0 else { return false }
        try session.execute(
            "UPDATE heaper_scan_files SET is_missing = 1 WHERE block_id = \(file.block) AND hash = \(file.hash)"
        )
        return true
    }

    /// Says of each file whether its bytes are there; that they are stored for somebody else makes them nobody's.
    private func check(_ candidates: [Candidate]) async throws {
        var wrong: [(file: HeaperFile, isThere: Bool)] = []
        for candidate in candidates {
            let file = candidate.file
            if candidate.isStored, file.isUploaded { continue }
            let original = try await originals.openOriginal(of: file)
            original?.close()
            if (original != nil) != file.isUploaded { wrong.append((file, original != nil)) }
        }
        guard !wrong.isEmpty else { return }
        let (changes, stamps) = (wrong, store.stamps)
        try await store.database.write { session in
            for (file, isThere) in changes {
                guard try isThere ? Self.arrive(file, session) : Self.leave(file, session) else { continue }
                try BlockRows.touch(file.block, stamp: stamps.next(in: session), session)
            }
        }
    }
}
