import CofferCore

/// The rows of blocks, changed inside of somebody's transaction.
enum BlockRows {
    /// What a change must know of a block before it is made.
    struct Head: Equatable, Sendable {
        let heap: HeapID
        let owner: UserID
        /// Whether it is the index block of its heap.
        let isIndex: Bool
        let isEncrypted: Bool
        let version: Int64
        let deletedAt: Timestamp?
        /// The block or its heap is gone for good, or in the heap's grace period.
        let isGone: Bool
        /// Of its document; nil when there is none yet.
        let sequence: Int64?
    }

    /// - Returns: nil for a block that does not exist.
    static func head(of block: BlockID, in session: any SQLSession) throws -> Head? {
        try session.first(
            """
            SELECT b.heap_id, b.sync_version, b.deleted_at, b.purged_at, h.deleted_at, d.sequence, b.owner_id,
                h.index_block_id, h.encrypted
            FROM heaper_blocks b JOIN heaper_heaps h ON h.id = b.heap_id
            LEFT JOIN heaper_documents d ON d.block_id = b.id
            WHERE b.id = \(block)
            """
        ) { row in
            Head(
                heap: HeapID(unchecked: row.text(0)),
                owner: UserID(unchecked: row.text(6)),
                isIndex: row.text(7) == block.text,
                isEncrypted: row.bool(8),
                version: row.integer(1),
                deletedAt: row.optionalTime(2),
                isGone: !row.isNull(3) || !row.isNull(4),
                sequence: row.optionalInteger(5)
            )
        }
    }

    /// Makes a live block, which is not the index block of its heap.
    static func create(
        _ block: BlockID,
        in heap: HeapID,
        owner: UserID,
        type: String = "note",
        title: String = "",
        version: Int64 = 1,
        stamp: Timestamp,
        _ session: any SQLSession
    ) throws {
        try session.execute(
            """
            INSERT INTO heaper_blocks
                (id, heap_id, owner_id, type, title, sync_version, floor_version, stamp, created_at, updated_at)
            VALUES (\(block), \(heap), \(owner), \(type), \(title), \(version), \(version), \(stamp), \(stamp), \(stamp))
            """
        )
        if !title.isEmpty { try SearchText.storeTitle(SearchText.folded(title), of: block, in: heap, session) }
        try BlockCounts.add(live: 1, to: heap, session)
    }

    /// Takes a live block to the trash.
    static func trash(_ block: BlockID, of heap: HeapID, at time: Timestamp, _ session: any SQLSession) throws {
        let changed = try session.execute(
            "UPDATE heaper_blocks SET deleted_at = \(time) WHERE id = \(block) AND deleted_at IS NULL"
        )
        if changed > 0 { try BlockCounts.add(live: -1, trashed: 1, to: heap, session) }
    }

    /// Takes a trashed block out of the trash.
    static func restore(_ block: BlockID, of heap: HeapID, _ session: any SQLSession) throws {
        let changed = try session.execute(
            "UPDATE heaper_blocks SET deleted_at = NULL WHERE id = \(block) AND deleted_at IS NOT NULL"
        )
        if changed > 0 { try BlockCounts.add(live: 1, trashed: -1, to: heap, session) }
    }

    /// Gives a block that changed its new stamp.
    static func touch(_ block: BlockID, stamp: Timestamp, _ session: any SQLSession) throws {
        try session.execute("UPDATE heaper_blocks SET stamp = \(stamp), updated_at = \(stamp) WHERE id = \(block)")
    }

    /// Turns a block into a marker: document, relations, files and everything about it goes; ``ContentStore`` frees the
    /// bytes of the files.
    ///
    /// Whoever made it again would start above its last version, so that old updates never fit.
    static func purge(_ block: BlockID, stamp: Timestamp, _ session: any SQLSession) throws {
        let before = try session.first(
            "SELECT heap_id, deleted_at FROM heaper_blocks WHERE id = \(block) AND purged_at IS NULL"
        ) { (heap: HeapID(unchecked: $0.text(0)), isTrashed: !$0.isNull(1)) }
        guard let before else { return }
        try session.execute("DELETE FROM heaper_documents WHERE block_id = \(block)")
        // What blocks of other heaps say stays: it is in their documents.
        try session.execute(
            """
            DELETE FROM heaper_relations
            WHERE heap_id = \(before.heap) AND (from_id = \(block) OR to_id = \(block))
            """
        )
        try FileRows.remove(of: block, in: session)
        try FileRows.giveUpUploads("heap_id = \(before.heap) AND block_id = \(block)", at: stamp, in: session)
        try SearchText.remove(of: block, session)
        try session.execute(
            """
            UPDATE heaper_blocks SET
                purged_at = \(stamp), deleted_at = COALESCE(deleted_at, \(stamp)), stamp = \(stamp),
                updated_at = \(stamp), floor_version = sync_version + 1, sync_version = sync_version + 1,
                type = '', title = '', text = '', color = NULL, icon = NULL, icon_type = NULL, main_tag = NULL,
                value_type = NULL, value_options = NULL, default_app = NULL
            WHERE id = \(block)
            """
        )
        let isTrashed = before.isTrashed
        try BlockCounts.add(live: isTrashed ? 0 : -1, trashed: isTrashed ? -1 : 0, to: before.heap, session)
    }
}
