import CofferCore

extension BlockLife {
    /// Blocks that one transaction purges.
    private static let batch = 100

    /// Empties a heap's trash of what is in it at this moment, or of these blocks of it.
    ///
    /// - Returns: the blocks that are gone, and the bytes that came free with them.
    func purge(_ only: [BlockID]?, of heap: HeapPlace) async throws -> (blocks: [BlockID], freedBytes: Int64) {
        try await documents.settle(heap.heap)
        let trashed = try await trashed(in: heap, only)
        var gone: [BlockID] = []
        var freedBytes: Int64 = 0
        for start in stride(from: 0, to: trashed.count, by: Self.batch) {
            let batch = Array(trashed[start..<min(start + Self.batch, trashed.count)])
            let (purged, freed) = try await purge(batch, of: heap)
            await contents.erase(freed)
            await documents.close(purged, reason: "deleted")
            for block in purged { events.publish(HeapEvent(kind: .blockPurged, heap: heap.heap, block: block)) }
            gone += purged
            freedBytes += freed.bytes
        }
        return (gone, freedBytes)
    }

    private func trashed(in heap: HeapPlace, _ only: [BlockID]?) async throws -> [BlockID] {
        try await blocks.database.snapshot { session in
            let all = try session.query(
                """
                SELECT id FROM heaper_blocks
                WHERE heap_id = \(heap.heap) AND deleted_at IS NOT NULL AND purged_at IS NULL
                    AND id <> \(heap.indexBlock)
                ORDER BY deleted_at, id
                """
            ) { BlockID(unchecked: $0.text(0)) }
            guard let only else { return all }
            let wanted = Set(only)
            return all.filter(wanted.contains)
        }
    }

    /// Purges those that are still in the trash, also by what their documents say.
    private func purge(
        _ batch: [BlockID],
        of heap: HeapPlace
    ) async throws -> (purged: [BlockID], freed: ContentStore.Freed) {
        let (stamps, contents) = (blocks.stamps, contents)
        return try await blocks.database.write { session in
            let still = try batch.filter { block in
                try session.first(
                    """
                    SELECT 1 FROM heaper_blocks b LEFT JOIN heaper_documents d ON d.block_id = b.id
                    WHERE b.id = \(block) AND b.heap_id = \(heap.heap) AND b.deleted_at IS NOT NULL
                        AND b.purged_at IS NULL AND coalesce(d.projected, 0) >= coalesce(d.sequence, 0)
                    """
                ) { _ in true } ?? false
            }
            for block in still { try BlockRows.purge(block, stamp: try stamps.next(in: session), session) }
            return (still, try contents.freeLoose(in: session))
        }
    }
}
