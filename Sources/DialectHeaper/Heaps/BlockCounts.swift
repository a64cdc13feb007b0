import CofferCore

/// How many blocks a heap has; each count reads an index alone.
enum BlockCounts {
    /// Live blocks besides the index block, which stands for the heap itself.
    static func live(in heap: HeapPlace, _ session: some SQLSession) throws -> Int {
        let counts = try changed(in: heap.heap, since: 0, session)
        let index = try session.first(
            """
            SELECT 1 FROM heaper_blocks
            WHERE id = \(heap.indexBlock) AND heap_id = \(heap.heap) AND deleted_at IS NULL AND purged_at IS NULL
            """
        ) { _ in 1 }
        return counts.live - (index ?? 0)
    }

    /// Live blocks, and trashed or purged ones, whose stamp is greater.
    static func changed(
        in heap: HeapID,
        since stamp: Int64,
        _ session: some SQLSession
    ) throws -> (live: Int, gone: Int) {
        let all = try session.first(
            "SELECT count(*) FROM heaper_blocks WHERE heap_id = \(heap) AND stamp > \(stamp)"
        ) { Int($0.integer(0)) }
        let gone = try session.first(
            """
            SELECT count(*) FROM heaper_blocks
            WHERE heap_id = \(heap) AND stamp > \(stamp) AND coalesce(deleted_at, purged_at) IS NOT NULL
            """
        ) { Int($0.integer(0)) }
        return ((all ?? 0) - (gone ?? 0), gone ?? 0)
    }

    static func trashed(in heap: HeapID, _ session: some SQLSession) throws -> Int {
        try session.first(
            """
            SELECT count(*) FROM heaper_blocks
            WHERE heap_id = \(heap) AND deleted_at IS NOT NULL AND purged_at IS NULL
            """
        ) { Int($0.integer(0)) } ?? 0
    }
}
