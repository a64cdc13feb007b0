import CofferCore

extension BlockStore {
    /// For how long markers of purged blocks are kept.
    static let markerLife = Duration.seconds(180 * 86_400)

    /// What changed in a heap after a stamp.
    struct Changes: Sendable {
        var blocks: [BlockRecord]
        /// Ask again from here.
        var serverTime: Int64
        var hasMore: Bool
        var totalChanged: Int
        var totalDeleted: Int
        /// The stamp was too old to tell what was purged since: these are all blocks.
        var isFull: Bool
        /// The page ends before a block whose rows do not show its document yet.
        var isHeldUp = false
    }

    /// One page of changes, in the order of their stamps.
    ///
    /// Asking with the time that the last answer told until there is no more misses and repeats nothing: the time is read
    /// before the changes are.
    ///
    /// `complete`: whether blocks come with their text, files and tags. These follow the document without a stamp of their
    /// own, so a page ends before a block that lags behind, unless `showsLate`.
    func changes(
        in heap: HeapID,
        since stamp: Int64,
        limit: Int,
        complete: Bool,
        showsLate: Bool = false
    ) async throws -> Changes {
        let horizon = stamps.horizon()
        let oldest = clock.now.advanced(by: .zero - Self.markerLife).milliseconds
        return try await database.snapshot { session in
            let now = try horizon.serverTime(in: session).milliseconds
            let isFull = try stamp > 0 && stamp < oldest && !Self.endsPage(stamp, of: heap, session)
            let since = isFull ? 0 : max(stamp, 0)
            let columns = complete ? BlockRecord.columns : BlockRecord.columnsWithoutText
            let rows = try session.query(
                """
                SELECT \(part: columns) FROM heaper_blocks b
                WHERE b.heap_id = \(heap) AND b.stamp > \(since) ORDER BY b.stamp LIMIT \(limit + 1)
                """
            ) { BlockRecord($0) }
            var hasMore = rows.count > limit
            var shown = Array(rows.prefix(limit))
            var end = hasMore ? shown.last?.stamp ?? since : now
            var isHeldUp = false
            if complete, !showsLate, let late = try Self.firstLate(in: heap, since: since, session),
                let first = shown.firstIndex(where: { $0.stamp >= late })
            {
                shown.removeSubrange(first...)
                (hasMore, end, isHeldUp) = (true, late - 1, true)
            }
            let counts = try BlockCounts.changed(in: heap, since: since, session)
            return Changes(
                blocks: complete ? try shown.map { try BlockReading.completed($0, in: session) } : shown,
                serverTime: end,
                hasMore: hasMore,
                totalChanged: counts.live,
                totalDeleted: counts.gone,
                isFull: isFull,
                isHeldUp: isHeldUp
            )
        }
    }

    /// The stamp of the first block whose rows do not show its document yet.
    private static func firstLate(in heap: HeapID, since: Int64, _ session: any SQLSession) throws -> Int64? {
        try session.first(
            """
            SELECT MIN(b.stamp) FROM heaper_documents d JOIN heaper_blocks b ON b.id = d.block_id
            WHERE d.projected < d.sequence AND b.heap_id = \(heap) AND b.stamp > \(since)
            """
        ) { $0.optionalInteger(0) } ?? nil
    }

    /// Whether an old stamp is that of a block: then it is most likely where a page of a listing from the beginning ended,
    /// and beginning anew would never come to an end.
    private static func endsPage(_ stamp: Int64, of heap: HeapID, _ session: any SQLSession) throws -> Bool {
        try session.first("SELECT 1 FROM heaper_blocks WHERE heap_id = \(heap) AND stamp = \(stamp)") { _ in true }
            ?? false
    }

    /// The time of the server, as changes tell it.
    func serverTime() async throws -> Int64 {
        let horizon = stamps.horizon()
        return try await database.snapshot { try horizon.serverTime(in: $0).milliseconds }
    }

    /// Removes markers of blocks that were purged too long ago.
    ///
    /// - Returns: how many, at most `limit`.
    func pruneMarkers(limit: Int = 500) async throws -> Int {
        let oldest = clock.now.advanced(by: .zero - Self.markerLife)
        return try await database.write { session in
            try session.execute(
                """
                DELETE FROM heaper_blocks WHERE id IN (
                    SELECT id FROM heaper_blocks WHERE purged_at IS NOT NULL AND purged_at < \(oldest) LIMIT \(limit)
                )
                """
            )
        }
    }
}
