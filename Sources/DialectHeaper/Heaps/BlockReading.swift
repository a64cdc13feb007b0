import CofferCore

/// Reads blocks with their files, tags and relations, inside of somebody's look at the database.
enum BlockReading {
    static func block(_ id: BlockID, in session: any SQLSession) throws -> BlockRecord? {
        let found = try session.first("SELECT \(part: BlockRecord.columns) FROM heaper_blocks b WHERE b.id = \(id)") {
            BlockRecord($0)
        }
        return try found.map { try completed($0, in: session) }
    }

    /// The blocks that a query returns; it selects ``BlockRecord/columns``.
    static func blocks(_ query: SQL, in session: any SQLSession) throws -> [BlockRecord] {
        try session.query(query) { BlockRecord($0) }.map { try completed($0, in: session) }
    }

    static func completed(_ block: BlockRecord, in session: any SQLSession) throws -> BlockRecord {
        var block = block
        guard block.purgedAt == nil else { return block }
        block.files = try FileRows.files(of: block.id, in: session)
        // What ties a trashed block to others comes back when it does.
        guard block.deletedAt == nil else { return block }
        block.tags = try session.query(
            """
            SELECT r.from_id FROM heaper_relations r
            WHERE r.to_id = \(block.id) AND r.type = 'tag' AND r.heap_id = \(block.heap)
                AND \(part: isShown("r.from_id")) ORDER BY r.from_id
            """
        ) { $0.text(0) }
        return block
    }

    /// Relations from and to a live block; those whose other end is trashed or purged are hidden.
    static func relations(of block: BlockRecord, in session: any SQLSession) throws -> [RelationRecord] {
        guard block.deletedAt == nil, block.purgedAt == nil else { return [] }
        return try session.query(
            """
            SELECT r.id, r.from_id, r.to_id, r.type, r.meta, r.created_by FROM heaper_relations r
            WHERE r.to_id = \(block.id) AND r.heap_id = \(block.heap) AND \(part: isShown("r.from_id"))
            UNION
            SELECT r.id, r.from_id, r.to_id, r.type, r.meta, r.created_by FROM heaper_relations r
            WHERE r.from_id = \(block.id) AND r.heap_id = \(block.heap) AND \(part: isShown("r.to_id"))
            ORDER BY 1
            """
        ) { row in
            RelationRecord(
                id: row.text(0),
                from: row.text(1),
                to: row.text(2),
                type: row.text(3),
                meta: row.optionalText(4),
                createdBy: row.text(5)
            )
        }
    }

    /// Looks at blocks of the same heap only: whether a foreign block is trashed is nobody's business.
    private static func isShown(_ end: SQL) -> SQL {
        """
        NOT EXISTS (
            SELECT 1 FROM heaper_blocks o
            WHERE o.id = \(part: end) AND o.heap_id = r.heap_id AND coalesce(o.deleted_at, o.purged_at) IS NOT NULL
        )
        """
    }
}
