import CofferCore

/// Finds the originals that scans have left in their place.
protocol OriginalFinding: Sendable {
    /// Opens the bytes of a file where a scan found them.
    ///
    /// - Returns: nil when they are not there any more, or changed since.
    /// - Throws: ``StorageError``.
    func openOriginal(of file: HeaperFile) async throws -> (any BlobReader)?
}

/// There are no originals.
struct NoOriginals: OriginalFinding {
    func openOriginal(of file: HeaperFile) async throws -> (any BlobReader)? { nil }
}

/// Finds files by what links name, and opens their bytes.
struct FileFinder: Sendable {
    /// A file that a user may see, and where its bytes are stored, if they are uploaded.
    struct Found: Sendable {
        let file: HeaperFile
        let slot: DropSlot?
    }

    let drops: DropStore
    let originals: any OriginalFinding

    /// The file that a key means to a user: by the id of its block, its own id, or its hash if only one file has it.
    ///
    /// - Parameters:
    ///   - key: what stands in the path.
    ///   - hash: which of several files of a block is meant; the newest upload without it.
    ///   - user: who asks.
    /// - Returns: nil for what is unknown, purged or foreign alike.
    /// - Throws: ``StorageError``.
    func file(_ key: String, hash: ContentHash? = nil, for user: UserID) async throws -> Found? {
        try await drops.database.snapshot { session in
            if Identifiers.isValid(key) {
                var isBlock: SQL = "f.block_id = \(key)"
                var isFile: SQL = "f.id = \(key)"
                if let hash {
                    isBlock = "\(part: isBlock) AND f.hash = \(hash)"
                    isFile = "\(part: isFile) AND f.hash = \(hash)"
                }
                if let found = try files(isBlock, for: user, most: 1, in: session).first { return found }
                if let found = try files(isFile, for: user, most: 1, in: session).first { return found }
            }
            guard let named = ContentHash(key) else { return nil }
            let found = try files("f.hash = \(named)", for: user, most: 2, in: session)
            return found.count == 1 ? found[0] : nil
        }
    }

    /// One file of a block that the user may see.
    func file(_ hash: ContentHash, of block: BlockID, for user: UserID) async throws -> Found? {
        try await drops.database.snapshot { session in
            try files("f.block_id = \(block) AND f.hash = \(hash)", for: user, most: 1, in: session).first
        }
    }

    private func files(
        _ condition: SQL,
        for user: UserID,
        most: Int,
        in session: any SQLSession
    ) throws -> [Found] {
        try session.query(
            """
            SELECT \(part: HeaperFile.columns), \(part: DropTable.slotColumns) FROM heaper_files f
            JOIN heaper_members m ON m.heap_id = f.heap_id AND m.user_id = \(user)
            JOIN heaper_heaps h ON h.id = f.heap_id AND h.deleted_at IS NULL
            JOIN heaper_blocks k ON k.id = f.block_id AND k.purged_at IS NULL
            LEFT JOIN heaper_contents c ON c.hash = f.hash AND f.is_uploaded = 1
            LEFT JOIN drop_slots s ON s.drop_id = c.drop_id AND s.slot = 0
            LEFT JOIN blobs b ON b.key = s.blob_key
            WHERE \(part: condition) ORDER BY f.is_uploaded DESC, f.created_at DESC, f.id DESC LIMIT \(most)
            """
        ) { Self.found($0) }
    }

    /// Files that arrived and that nobody has looked into, the oldest first; those of encrypted heaps are not among them.
    func unprobed(most: Int) async throws -> [Found] {
        try await drops.database.snapshot { session in
            try session.query(
                """
                SELECT \(part: HeaperFile.columns), \(part: DropTable.slotColumns) FROM heaper_files f
                JOIN heaper_heaps h ON h.id = f.heap_id AND h.deleted_at IS NULL AND h.encrypted = 0
                LEFT JOIN heaper_contents c ON c.hash = f.hash AND f.is_uploaded = 1
                LEFT JOIN drop_slots s ON s.drop_id = c.drop_id AND s.slot = 0
                LEFT JOIN blobs b ON b.key = s.blob_key
                WHERE f.unprobed = 1 ORDER BY f.id LIMIT \(most)
                """
            ) { Self.found($0) }
        }
    }

    private static func found(_ row: any SQLRow) -> Found {
        let column = HeaperFile.columnCount
        return Found(file: HeaperFile(row), slot: row.isNull(column) ? nil : DropTable.slot(row, from: column))
    }

    /// Opens the bytes; the caller closes them.
    ///
    /// - Throws: ``FileFailure/notReady`` when they are not here, ``StorageError``.
    func open(_ found: Found) async throws -> any BlobReader {
        guard found.file.isUploaded else { throw FileFailure.notReady }
        if let slot = found.slot, slot.blob != nil {
            do {
                return try await drops.openReader(slot)
            } catch BlobError.missing {
                // Freed since we looked, or lost; the second is found by the sweeper, which tells the operator.
            }
        }
        guard let reader = try await originals.openOriginal(of: found.file) else { throw FileFailure.notReady }
        return reader
    }
}
