import CofferCore

/// The rows of files, read and changed inside of somebody's transaction.
enum FileRows {
    static func file(_ id: FileID, in session: any SQLSession) throws -> HeaperFile? {
        try files("f.id = \(id)", in: session).first
    }

    static func file(_ hash: ContentHash, of block: BlockID, in session: any SQLSession) throws -> HeaperFile? {
        try files("f.block_id = \(block) AND f.hash = \(hash)", in: session).first
    }

    /// All files of a block, the newest upload first.
    static func files(of block: BlockID, in session: any SQLSession) throws -> [HeaperFile] {
        try files("f.block_id = \(block)", in: session)
    }

    /// Files of one block.
    private static func files(_ which: SQL, in session: any SQLSession) throws -> [HeaperFile] {
        var files = try session.query(
            """
            SELECT \(part: HeaperFile.columns) FROM heaper_files f WHERE \(part: which)
            ORDER BY f.is_uploaded DESC, f.created_at DESC, f.id DESC
            """
        ) { HeaperFile($0) }
        guard let block = files.first?.block else { return [] }
        let thumbnails = try ListedThumbnail.of(block, in: session)
        for index in files.indices { files[index].thumbnails = thumbnails[files[index].hash] ?? [] }
        return files
    }

    /// What makes a file whose bytes are here.
    struct Arrival: Sendable {
        var block: BlockID
        var heap: HeapID
        var hash: ContentHash
        var size: Int64
        /// Empty: what is known of the file stays.
        var name = ""
        var mimeType = ""
        var facts = MediaFacts()
    }

    /// Records that a file's bytes are here; the block must have a row.
    ///
    /// `id`: the file's, if it is new.
    static func record(
        _ arrival: Arrival,
        id: FileID,
        at now: Timestamp,
        in session: any SQLSession
    ) throws -> HeaperFile {
        try session.execute(
            """
            INSERT INTO heaper_files (
                id, heap_id, block_id, hash, name, mime_type, file_size, width, height, duration_ms, exif_data,
                is_uploaded, unprobed, created_at
            ) VALUES (
                \(id), \(arrival.heap), \(arrival.block), \(arrival.hash), \(arrival.name), \(arrival.mimeType),
                \(arrival.size), \(arrival.facts.width), \(arrival.facts.height),
                \(arrival.facts.duration?.wholeMilliseconds), \(arrival.facts.exif), 1,
                (SELECT 1 - encrypted FROM heaper_heaps WHERE id = \(arrival.heap)), \(now)
            )
            ON CONFLICT (block_id, hash) DO UPDATE SET
                is_uploaded = 1, file_size = excluded.file_size,
                unprobed = CASE WHEN heaper_files.is_uploaded = 1 THEN heaper_files.unprobed ELSE excluded.unprobed END,
                created_at = CASE
                    WHEN heaper_files.is_uploaded = 1 THEN heaper_files.created_at ELSE excluded.created_at END,
                name = CASE WHEN excluded.name = '' THEN heaper_files.name ELSE excluded.name END,
                mime_type = CASE WHEN excluded.mime_type = '' THEN heaper_files.mime_type ELSE excluded.mime_type END,
                width = COALESCE(excluded.width, heaper_files.width),
                height = COALESCE(excluded.height, heaper_files.height),
                duration_ms = COALESCE(excluded.duration_ms, heaper_files.duration_ms),
                exif_data = COALESCE(excluded.exif_data, heaper_files.exif_data)
            """
        )
        guard let file = try file(arrival.hash, of: arrival.block, in: session) else { throw HeaperError.internalFault }
        return file
    }

    // MARK: Removing

    /// Removes all files of a block; ``ContentStore/freeLoose(in:)`` frees their bytes.
    static func remove(of block: BlockID, in session: any SQLSession) throws {
        try loosen("block_id = \(block)", in: session)
        try session.execute("DELETE FROM heaper_files WHERE block_id = \(block)")
    }

    /// Removes all files of a heap; ``ContentStore/freeLoose(in:)`` frees their bytes.
    static func remove(ofHeap heap: HeapID, in session: any SQLSession) throws {
        try loosen("heap_id = \(heap)", in: session)
        try session.execute("DELETE FROM heaper_files WHERE heap_id = \(heap)")
    }

    /// Removes one file; ``ContentStore/freeLoose(in:)`` frees its bytes.
    static func remove(_ hash: ContentHash, of block: BlockID, in session: any SQLSession) throws {
        let which: SQL = "block_id = \(block) AND hash = \(hash)"
        try loosen(which, in: session)
        try session.execute("DELETE FROM heaper_files WHERE \(part: which)")
    }

    /// Notes that the bytes which a scan has found are gone; those that were uploaded, too, stay.
    static func vanish(_ hash: ContentHash, of block: BlockID, in session: any SQLSession) throws {
        try session.execute(
            """
            UPDATE heaper_files SET is_uploaded = 0
            WHERE block_id = \(block) AND hash = \(hash)
                AND NOT EXISTS (SELECT 1 FROM heaper_contents c WHERE c.hash = heaper_files.hash)
            """
        )
    }

    /// Ends uploads that are under way; the sweeper erases within a minute what has come of them.
    static func giveUpUploads(_ which: SQL, at now: Timestamp, in session: any SQLSession) throws {
        try DropStore.giveUp(pending: "SELECT drop_id FROM heaper_uploads WHERE \(part: which)", at: now, in: session)
        try session.execute("DELETE FROM heaper_uploads WHERE \(part: which)")
    }

    private static func loosen(_ which: SQL, in session: any SQLSession) throws {
        try session.execute(
            """
            INSERT INTO heaper_loose_contents (hash)
            SELECT DISTINCT hash FROM heaper_files WHERE is_uploaded = 1 AND \(part: which) ON CONFLICT DO NOTHING
            """
        )
    }
}
