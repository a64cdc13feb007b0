import CofferCore

/// How many blocks a heap has.
///
/// Live and trashed blocks are counted as they come and go, in the transactions that make them do so: ``BlockRows`` and
/// ``ProjectionRows``. The index block, which stands for the heap itself, is not counted.
enum BlockCounts {
    /// Counts blocks that came, or went when the numbers are negative.
    static func add(live: Int = 0, trashed: Int = 0, to heap: HeapID, _ session: any SQLSession) throws {
        try session.execute(
            """
            UPDATE heaper_heaps SET live_count = live_count + \(live), trashed_count = trashed_count + \(trashed)
            WHERE id = \(heap)
            """
        )
    }

    static func live(in heap: HeapID, _ session: any SQLSession) throws -> Int {
        try session.first("SELECT live_count FROM heaper_heaps WHERE id = \(heap)") { Int($0.integer(0)) } ?? 0
    }

    static func trashed(in heap: HeapID, _ session: any SQLSession) throws -> Int {
        try session.first("SELECT trashed_count FROM heaper_heaps WHERE id = \(heap)") { Int($0.integer(0)) } ?? 0
    }

    /// Live blocks, and trashed or purged ones, whose stamp is greater; each count reads an index alone.
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

    /// Counts anew, and corrects what is wrong.
    ///
    /// - Returns: the heaps whose counts were wrong.
    static func repair(_ database: any Database) async throws -> [HeapID] {
        // Hardly ever is anything wrong: looking must not keep writers waiting.
        guard try await !database.snapshot({ try wrong(in: $0) }).isEmpty else { return [] }
        return try await database.write { session in
            let wrong = try wrong(in: session)
            for (heap, live, trashed) in wrong {
                try session.execute(
                    "UPDATE heaper_heaps SET live_count = \(live), trashed_count = \(trashed) WHERE id = \(heap)"
                )
            }
            return wrong.map(\.heap)
        }
    }

    private static func wrong(in session: any SQLSession) throws -> [(heap: HeapID, live: Int64, trashed: Int64)] {
        try session.query(
            """
            WITH counts AS (
                SELECT h.id, h.live_count, h.trashed_count,
                    (
                        SELECT count(*) FROM heaper_blocks b
                        WHERE b.heap_id = h.id AND b.deleted_at IS NULL AND b.purged_at IS NULL
                    ) - (
                        SELECT count(*) FROM heaper_blocks i
                        WHERE i.id = h.index_block_id AND i.deleted_at IS NULL AND i.purged_at IS NULL
                    ) AS live,
                    (
                        SELECT count(*) FROM heaper_blocks b
                        WHERE b.heap_id = h.id AND b.deleted_at IS NOT NULL AND b.purged_at IS NULL
                    ) AS trashed
                FROM heaper_heaps h
            )
            SELECT id, live, trashed FROM counts WHERE live_count <> live OR trashed_count <> trashed
            """
        ) { (HeapID(unchecked: $0.text(0)), $0.integer(1), $0.integer(2)) }
    }
}
