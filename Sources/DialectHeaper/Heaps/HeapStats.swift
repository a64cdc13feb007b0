import CofferCore

/// What a heap holds.
struct HeapStats: Sendable {
    var blocks = 0
    var trashed = 0
    var files = FileUsage()
    var thumbnailBytes: Int64 = 0
    /// Files beyond the first of those with the same bytes: in blocks, and copies that a scan has found.
    var duplicates: Int64 = 0
    var byType: [(type: String, count: Int)] = []
    var lastChange: Int64 = 0

    static func of(_ heap: HeapPlace, in session: any SQLSession) throws -> HeapStats {
        var stats = HeapStats()
        stats.blocks = try BlockCounts.live(in: heap.heap, session)
        stats.trashed = try BlockCounts.trashed(in: heap.heap, session)
        stats.files = try FileUsage.of(heap.heap, in: session)
        stats.thumbnailBytes = try ListedThumbnail.bytes(of: heap.heap, in: session)
        stats.duplicates = try duplicates(in: heap.heap, session)
        stats.byType = try session.query(
            """
            SELECT type, count(*) FROM heaper_blocks
            WHERE heap_id = \(heap.heap) AND deleted_at IS NULL AND purged_at IS NULL AND id <> \(heap.indexBlock)
            GROUP BY type ORDER BY type
            """
        ) { ($0.text(0), Int($0.integer(1))) }
        stats.lastChange =
            try session.first("SELECT max(stamp) FROM heaper_blocks WHERE heap_id = \(heap.heap)") { $0.integer(0) }
            ?? 0
        return stats
    }

    private static func duplicates(in heap: HeapID, _ session: any SQLSession) throws -> Int64 {
        try session.first(
            """
            SELECT coalesce(sum(files - 1), 0) + (SELECT count(*) FROM heaper_duplicates WHERE heap_id = \(heap)) FROM (
                SELECT count(*) AS files FROM heaper_files
                WHERE heap_id = \(heap) AND is_uploaded = 1 GROUP BY hash
            ) AS contents
            """
        ) { $0.integer(0) } ?? 0
    }
}
