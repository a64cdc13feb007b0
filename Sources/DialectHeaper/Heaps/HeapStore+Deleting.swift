import CofferCore

extension HeapStore {
    /// Hides a heap from everybody at once; ``free(before:contents:)`` does the rest later.
    ///
    /// - Returns: its blocks, and how many of them were live besides the index block; nil when it is gone already.
    func delete(_ heap: HeapPlace) async throws -> (blocks: [BlockID], live: Int)? {
        let now = clock.now
        return try await database.write { session in
            let changed = try session.execute(
                "UPDATE heaper_heaps SET deleted_at = \(now) WHERE id = \(heap.heap) AND deleted_at IS NULL"
            )
            guard changed > 0 else { return nil }
            let blocks = try session.query(
                "SELECT id FROM heaper_blocks WHERE heap_id = \(heap.heap) AND purged_at IS NULL"
            ) { BlockID(unchecked: $0.text(0)) }
            return (blocks, try BlockCounts.live(in: heap.heap, session))
        }
    }

    /// Blocks that one transaction removes.
    private static let batch = 200

    /// Removes the heaps that were deleted before a time, with everything in them.
    func free(before time: Timestamp, contents: ContentStore) async throws {
        let doomed = try await database.read { session in
            try session.query(
                "SELECT id FROM heaper_heaps WHERE deleted_at IS NOT NULL AND deleted_at <= \(time) ORDER BY deleted_at"
            ) { HeapID(unchecked: $0.text(0)) }
        }
        for heap in doomed {
            var isEmpty = false
            while !isEmpty {
                let freed: ContentStore.Freed
                let now = clock.now
                (isEmpty, freed) = try await database.write { session in
                    try Self.removeBlocks(of: heap, at: now, contents, in: session)
                }
                await contents.erase(freed)
            }
        }
    }

    /// Removes some blocks of a deleted heap, and the heap when there are none left.
    private static func removeBlocks(
        of heap: HeapID,
        at now: Timestamp,
        _ contents: ContentStore,
        in session: any SQLSession
    ) throws -> (isEmpty: Bool, freed: ContentStore.Freed) {
        // Somebody may have brought it back.
        let isDeleted = try session.first(
            "SELECT 1 FROM heaper_heaps WHERE id = \(heap) AND deleted_at IS NOT NULL"
        ) { _ in true }
        guard isDeleted != nil else { return (true, ContentStore.Freed()) }
        let blocks = try session.query("SELECT id FROM heaper_blocks WHERE heap_id = \(heap) LIMIT \(batch)") {
            BlockID(unchecked: $0.text(0))
        }
        for block in blocks {
            try FileRows.remove(of: block, in: session)
            try session.execute("DELETE FROM heaper_blocks WHERE id = \(block)")
        }
        if blocks.count < batch {
            try FileRows.remove(ofHeap: heap, in: session)
            try session.execute("DELETE FROM heaper_relations WHERE heap_id = \(heap)")
            try FileRows.giveUpUploads("heap_id = \(heap)", at: now, in: session)
            try session.execute("DELETE FROM heaper_heaps WHERE id = \(heap)")
        }
        return (blocks.count < batch, try contents.freeLoose(in: session))
    }
}
