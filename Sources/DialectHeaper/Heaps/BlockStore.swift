import CofferCore

/// The blocks of heaps, as lists and synchronization see them.
struct BlockStore: Sendable {
    let database: any Database
    let stamps: StampSource
    let clock: any WallClock

    func block(_ id: BlockID) async throws -> (block: BlockRecord, relations: [RelationRecord])? {
        try await database.snapshot { session in
            guard let block = try BlockReading.block(id, in: session) else { return nil }
            return (block, try BlockReading.relations(of: block, in: session))
        }
    }

    func blocks(_ ids: [BlockID]) async throws -> [BlockRecord] {
        try await database.snapshot { session in
            try ids.compactMap { try BlockReading.block($0, in: session) }
        }
    }

    /// One page of a heap's blocks.
    ///
    /// `cursor`: where the last page ended; `offset` counts from there.
    func page(
        of heap: HeapPlace,
        _ filter: BlockFilter,
        after cursor: BlockCursor?,
        offset: Int,
        limit: Int
    ) async throws -> BlockPage {
        try await database.snapshot { session in
            let query = Self.page(of: heap, filter, after: cursor, offset: offset, limit: limit + 1)
            // The key stands behind the columns of the block.
            var keys: [String] = []
            let rows = try session.query(query) { row in
                keys.append(row.text(19))
                return BlockRecord(row)
            }
            let shown = try rows.prefix(limit).map { try BlockReading.completed($0, in: session) }
            let next = rows.count > limit ? shown.last.map { BlockCursor(key: keys[limit - 1], id: $0.id.text) } : nil
            // A page that holds everything has been counted already.
            let isWhole = cursor == nil && offset == 0 && next == nil
            return BlockPage(
                blocks: shown,
                total: isWhole ? shown.count : try filter.count(in: heap, session),
                next: next
            )
        }
    }

    private static func page(
        of heap: HeapPlace,
        _ filter: BlockFilter,
        after cursor: BlockCursor?,
        offset: Int,
        limit: Int
    ) -> SQL {
        var condition = filter.condition(in: heap)
        let key = filter.order.key
        if let cursor {
            let bound: SQL = filter.order == .title ? "\(cursor.key)" : "\(Int64(cursor.key) ?? 0)"
            let comparison: SQL = filter.isDescending ? "<" : ">"
            // No two blocks have the same stamp.
            condition =
                filter.order == .updated
                ? "\(part: condition) AND \(part: key) \(part: comparison) \(part: bound)"
                : "\(part: condition) AND (\(part: key), b.id) \(part: comparison) (\(part: bound), \(cursor.id))"
        }
        let direction: SQL = filter.isDescending ? "DESC" : "ASC"
        let order: SQL =
            filter.order == .updated
            ? "\(part: key) \(part: direction)" : "\(part: key) \(part: direction), b.id \(part: direction)"
        return """
            SELECT \(part: BlockRecord.columns), \(part: key) FROM heaper_blocks b WHERE \(part: condition)
            ORDER BY \(part: order) LIMIT \(limit) OFFSET \(offset)
            """
    }

    /// How many blocks a filter lets through, and how many there are.
    func counts(of heap: HeapPlace, _ filter: BlockFilter) async throws -> (filtered: Int, total: Int) {
        try await database.snapshot { session in
            (try filter.count(in: heap, session), try BlockCounts.live(in: heap.heap, session))
        }
    }

    /// A page of the trash, newest deletion first.
    func trash(of heap: HeapPlace, offset: Int, limit: Int) async throws -> (blocks: [BlockRecord], total: Int) {
        try await database.snapshot { session in
            let blocks = try BlockReading.blocks(
                """
                SELECT \(part: BlockRecord.columns) FROM heaper_blocks b
                WHERE b.heap_id = \(heap.heap) AND b.deleted_at IS NOT NULL AND b.purged_at IS NULL
                ORDER BY b.deleted_at DESC, b.id DESC LIMIT \(limit) OFFSET \(offset)
                """,
                in: session
            )
            return (blocks, try BlockCounts.trashed(in: heap.heap, session))
        }
    }
}
