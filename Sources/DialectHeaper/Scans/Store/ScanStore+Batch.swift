import CofferCore

extension ScanStore {
    /// Stores what a scan has found, in one transaction.
    ///
    /// - Throws: ``HeaperError/heapNotFound`` when the heap was deleted meanwhile, ``StorageError``; nothing is stored then.
    func store(_ batch: ScanBatch, in heap: HeapPlace, by user: UserID, scan: String) async throws -> BatchResult {
        let prepared = try batch.files.map { try PreparedFile($0, id: newID(), block: newID(), random) }
        let (stamps, now) = (stamps, clock.now)
        return try await database.write { session in
            let isLive = try session.first(
                "SELECT 1 FROM heaper_heaps WHERE id = \(heap.heap) AND deleted_at IS NULL"
            ) { _ in true }
            guard isLive != nil else { throw HeaperError.heapNotFound }
            var writer = BatchWriter(session: session, heap: heap, user: user, stamps: stamps, now: now)
            for folder in batch.folders { try writer.see(folder, scan: scan) }
            for known in batch.returned { try writer.restore(known) }
            for file in prepared { try writer.take(file) }
            for known in batch.vanished { try writer.vanish(known) }
            return writer.result
        }
    }
}

/// A file that was read, with all that a new block of it would need.
struct PreparedFile: Sendable {
    let read: ReadFile
    let block: BlockID
    let entry: FileEntry
    let document: [UInt8]

    init(_ read: ReadFile, id: String, block: String, _ random: any RandomSource) throws {
        self.read = read
        self.block = BlockID(unchecked: block)
        entry = FileEntry(
            id: FileID(unchecked: id),
            hash: read.hash,
            name: String(decoding: read.source.found.name, as: UTF8.self),
            mimeType: read.mimeType,
            size: read.facts.size
        )
        document = try entry.newDocument(client: UInt64(random.number(below: 1 << 32)))
    }

    var folder: FolderKey { read.source.folder }
    var name: [UInt8] { read.source.found.name }
}
