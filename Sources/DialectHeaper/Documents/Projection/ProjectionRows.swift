import CofferCore

/// Brings the rows of a block up to what its document says, inside of somebody's transaction.
///
/// A document can only say what becomes of its own block, and never deletes a heap: the lifecycle of an index block stays
/// as it is. Of an encrypted heap only the lifecycle is shown.
struct ProjectionRows {
    let block: BlockID
    let row: BlockRows.Head
    let stamp: Timestamp
    let random: any RandomSource
    let session: any SQLSession

    /// Writes what lists show.
    ///
    /// - Returns: the event that tells a change of the lifecycle; nil when there is none.
    func write(_ head: Projection.Head) throws -> HeapEvent.Kind? {
        if !row.isEncrypted { try writeColumns(head) }
        return row.isIndex ? nil : try write(head.lifecycle)
    }

    private func writeColumns(_ head: Projection.Head) throws {
        for (column, value) in head.columns where column != .type || !row.isIndex {
            try session.execute(
                "UPDATE heaper_blocks SET \(part: column.name) = \(value) WHERE id = \(block)"
            )
        }
        if let title = head.title {
            try session.execute("UPDATE heaper_blocks SET title = \(title) WHERE id = \(block) AND title <> \(title)")
            try SearchText.storeTitle(SearchText.folded(title), of: block, in: row.heap, session)
        }
        if row.isIndex, let title = head.title, !title.isEmpty {
            try session.execute(
                """
                UPDATE heaper_heaps SET name = \(title), updated_at = \(stamp)
                WHERE index_block_id = \(block) AND name <> \(title)
                """
            )
        }
    }

    private func write(_ lifecycle: Lifecycle?) throws -> HeapEvent.Kind? {
        switch lifecycle {
        case nil: return nil
        case .live:
            guard row.deletedAt != nil else { return nil }
            try BlockRows.restore(block, of: row.heap, session)
            return .blockRestored
        case .trashed(let time):
            // A time still to come would keep the block on top of the trash.
            let time = min(time ?? row.deletedAt ?? stamp, stamp)
            guard row.deletedAt != nil else {
                try BlockRows.trash(block, of: row.heap, at: time, session)
                return .blockDeleted
            }
            guard time != row.deletedAt else { return nil }
            try session.execute("UPDATE heaper_blocks SET deleted_at = \(time) WHERE id = \(block)")
            return nil
        case .purged:
            try BlockRows.purge(block, stamp: stamp, session)
            return .blockPurged
        }
    }

    /// Writes everything that ``write(_:)-(Projection.Head)`` does not.
    ///
    /// `isNewest`: whether the document says nothing else by now. If it does, a file that is missing in the projection may be
    /// back, with bytes that were sent since, so none is removed.
    func writeBody(_ projection: Projection, isNewest: Bool = true) throws {
        guard !row.isEncrypted else { return }
        if let text = projection.text {
            let changed = try session.execute(
                "UPDATE heaper_blocks SET text = \(text) WHERE id = \(block) AND text <> \(text)"
            )
            if changed > 0 { try SearchText.storeText(projection.foldedText ?? "", of: block, in: row.heap, session) }
        }
        try writeRelations(projection.relations)
        for file in projection.files { try write(file) }
        // A longer list was not read to its end: what is missing in it may be there.
        guard isNewest, projection.files.count < Projection.maxFiles else { return }
        try removeFiles(except: Set(projection.files.map(\.hash)))
    }

    private func writeRelations(_ relations: Set<Projection.Relation>) throws {
        let known = try session.query(
            """
            SELECT from_id, to_id, type FROM heaper_relations
            WHERE heap_id = \(row.heap)
                AND ((to_id = \(block) AND type <> 'mention') OR (from_id = \(block) AND type = 'mention'))
            """
        ) { Projection.Relation(from: $0.text(0), to: $0.text(1), type: $0.text(2)) }
        for relation in known where !relations.contains(relation) {
            try session.execute(
                """
                DELETE FROM heaper_relations
                WHERE to_id = \(relation.to) AND type = \(relation.type) AND from_id = \(relation.from)
                    AND heap_id = \(row.heap)
                """
            )
        }
        for relation in relations.subtracting(known) {
            try session.execute(
                """
                INSERT INTO heaper_relations (id, heap_id, from_id, to_id, type, created_by)
                VALUES (\(ULID.make(at: stamp, random)), \(row.heap), \(relation.from), \(relation.to), \(relation.type),
                    \(row.owner))
                ON CONFLICT DO NOTHING
                """
            )
        }
    }

    /// What is known of a file whose bytes are here is never overwritten by what a document says.
    private func write(_ file: Projection.File) throws {
        try session.execute(
            """
            INSERT INTO heaper_files (
                id, heap_id, block_id, hash, name, mime_type, file_size, width, height, in_document, created_at
            ) VALUES (
                \(ULID.make(at: stamp, random)), \(row.heap), \(block), \(file.hash), \(file.name), \(file.mimeType),
                \(file.size), \(file.width), \(file.height), 1, \(stamp)
            )
            ON CONFLICT (block_id, hash) DO UPDATE SET
                in_document = 1,
                name = CASE WHEN excluded.name = '' THEN heaper_files.name ELSE excluded.name END,
                mime_type = CASE WHEN heaper_files.mime_type = '' THEN excluded.mime_type ELSE heaper_files.mime_type END,
                width = COALESCE(heaper_files.width, excluded.width),
                height = COALESCE(heaper_files.height, excluded.height),
                file_size = CASE
                    WHEN heaper_files.is_uploaded = 1 THEN heaper_files.file_size ELSE excluded.file_size END
            """
        )
    }

    private func removeFiles(except named: Set<ContentHash>) throws {
        let listed = try session.query(
            "SELECT hash FROM heaper_files WHERE block_id = \(block) AND in_document = 1"
        ) { ContentHash(stored: $0.text(0)) }
        for hash in listed where !named.contains(hash) { try FileRows.remove(hash, of: block, in: session) }
    }
}
