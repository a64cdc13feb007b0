import CofferCore

/// Scans and what they have seen, in the database.
struct ScanStore: Sendable {
    let database: any Database
    let stamps: StampSource
    let clock: any WallClock
    let random: any RandomSource

    func newID() -> String { ULID.make(at: clock.now, random) }

    // MARK: Scans

    /// - Throws: ``StorageError``; also when the heap is gone.
    func insert(_ scan: Scan) async throws {
        _ = try await database.write { session in
            try session.execute(
                """
                INSERT INTO heaper_scans (id, heap_id, user_id, path, status, started_at)
                VALUES (\(scan.id), \(scan.heap), \(scan.user), \(scan.path.bytes), \(scan.status.rawValue),
                    \(scan.startedAt))
                """
            )
        }
    }

    func save(_ scan: Scan) async throws {
        let counts = scan.counts
        _ = try await database.write { session in
            try session.execute(
                """
                UPDATE heaper_scans SET status = \(scan.status.rawValue), files_found = \(counts.found),
                    files_done = \(counts.done), new_blocks = \(counts.newBlocks), updated = \(counts.updated),
                    duplicates = \(counts.duplicates), skipped = \(counts.skipped), errors = \(counts.errors),
                    finished_at = \(scan.finishedAt)
                WHERE id = \(scan.id)
                """
            )
        }
    }

    private static let columns: SQL = """
        id, heap_id, user_id, path, status, files_found, files_done, new_blocks, updated, duplicates, skipped, errors, \
        started_at, finished_at
        """

    func scan(_ id: String) async throws -> Scan? {
        try await database.read { session in
            try session.first("SELECT \(part: Self.columns) FROM heaper_scans WHERE id = \(id)") { Self.scan($0) }
        }
    }

    private static func scan(_ row: any SQLRow) -> Scan {
        Scan(
            id: row.text(0),
            heap: HeapID(unchecked: row.text(1)),
            user: UserID(unchecked: row.text(2)),
            path: FolderPath(stored: row.bytes(3)),
            status: Scan.Status(rawValue: row.text(4)) ?? .failed,
            counts: Scan.Counts(
                found: row.integer(5),
                done: row.integer(6),
                newBlocks: row.integer(7),
                updated: row.integer(8),
                duplicates: row.integer(9),
                skipped: row.integer(10),
                errors: row.integer(11)
            ),
            startedAt: row.time(12),
            finishedAt: row.optionalTime(13)
        )
    }

    /// Ends the scans that a process before this one has left, and forgets old ones.
    ///
    /// - Parameter active: the scans of this process.
    /// - Throws: ``StorageError``.
    func endInterrupted(except active: Set<String>) async throws {
        let (now, old) = (clock.now, clock.now.advanced(by: .seconds(-30 * 86_400)))
        try await database.write { session in
            let left = try session.query("SELECT id FROM heaper_scans WHERE finished_at IS NULL") { $0.text(0) }
            for id in left where !active.contains(id) {
                try session.execute(
                    """
                    UPDATE heaper_scans SET finished_at = \(now),
                        status = CASE WHEN status = 'aborting' THEN 'aborted' ELSE 'failed' END
                    WHERE id = \(id)
                    """
                )
            }
            try session.execute("DELETE FROM heaper_scans WHERE finished_at < \(old)")
        }
    }

    // MARK: What was seen

    /// Compares parts of a walk with what was seen before.
    func review(_ parts: [FolderWalker.Part], in heap: HeapID) async throws -> PartReview {
        guard !parts.isEmpty else { return PartReview() }
        return try await database.read { session in
            var review = PartReview()
            for part in parts {
                let folder = FolderKey(heap, root: part.root.name, part.folder)
                var comparison = PartComparison(part, folder: folder)
                try session.forEachRow(Self.known(in: folder, after: part.after, through: part.through)) { row in
                    comparison.take(Self.known(row, folder), into: &review)
                }
                comparison.finish(into: &review)
            }
            return review
        }
    }

    private static func known(in folder: FolderKey, after: [UInt8]?, through: [UInt8]?) -> SQL {
        var sql: SQL = """
            SELECT name, inode, size, modified, hash, block_id, is_missing FROM heaper_scan_files WHERE folder = \(folder)
            """
        if let after { sql = "\(part: sql) AND name > \(after)" }
        if let through { sql = "\(part: sql) AND name <= \(through)" }
        return "\(part: sql) ORDER BY name"
    }

    private static func known(_ row: any SQLRow, _ folder: FolderKey) -> KnownFile {
        KnownFile(
            folder: folder,
            name: row.bytes(0),
            facts: FileFacts(inode: row.integer(1), size: row.integer(2), modified: row.integer(3)),
            hash: ContentHash(stored: row.text(4)),
            block: BlockID(unchecked: row.text(5)),
            isMissing: row.bool(6)
        )
    }

    /// Folders that were seen once and not by this scan, in pages by key.
    func unseenFolders(in heap: HeapID, by scan: String, after: FolderKey?) async throws -> [ScanBatch.Folder] {
        let after = after ?? FolderKey(stored: [])
        return try await database.read { session in
            try session.query(
                """
                SELECT folder, root, path FROM heaper_scan_folders
                WHERE heap_id = \(heap) AND folder > \(after) AND seen_by <> \(scan) ORDER BY folder LIMIT 500
                """
            ) { row in
                ScanBatch.Folder(
                    key: FolderKey(stored: row.bytes(0)),
                    root: row.text(1),
                    path: FolderPath(stored: row.bytes(2))
                )
            }
        }
    }

    /// Files of a folder that are not missing yet, in pages by name.
    func presentFiles(in folder: FolderKey, after: [UInt8]?) async throws -> [KnownFile] {
        try await database.read { session in
            try session.query(
                """
                SELECT name, inode, size, modified, hash, block_id, is_missing FROM heaper_scan_files
                WHERE folder = \(folder) AND is_missing = 0 AND name > \(after ?? []) ORDER BY name LIMIT 500
                """
            ) { Self.known($0, folder) }
        }
    }
}
