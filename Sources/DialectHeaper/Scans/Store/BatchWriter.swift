import CofferCore

/// Stores the files of a batch, one after the other, inside of one transaction.
struct BatchWriter {
    let session: any SQLSession
    let heap: HeapPlace
    let user: UserID
    let stamps: StampSource
    let now: Timestamp
    private(set) var result = BatchResult()

    init(session: any SQLSession, heap: HeapPlace, user: UserID, stamps: StampSource, now: Timestamp) {
        self.session = session
        self.heap = heap
        self.user = user
        self.stamps = stamps
        self.now = now
    }

    func see(_ folder: ScanBatch.Folder, scan: String) throws {
        try session.execute(
            """
            INSERT INTO heaper_scan_folders (folder, heap_id, root, path, seen_by)
            VALUES (\(folder.key), \(heap.heap), \(folder.root), \(folder.path.bytes), \(scan))
            ON CONFLICT (folder) DO UPDATE SET seen_by = excluded.seen_by
            """
        )
    }

    // MARK: Files that are there

    /// A file that was missing is there again, as it was.
    mutating func restore(_ known: KnownFile) throws {
        try session.execute(
            """
            UPDATE heaper_scan_files SET is_missing = 0
            WHERE folder = \(known.folder) AND name = \(known.name) AND is_missing = 1
            """
        )
        try arrive(known.hash, at: known.block)
    }

    /// A file that was read: a new one, another one than before, or the same with another time.
    mutating func take(_ file: PreparedFile) throws {
        guard let known = file.read.source.known else { return try place(file) }
        guard known.hash != file.read.hash else {
            try note(file, block: known.block)
            if known.isMissing { try arrive(known.hash, at: known.block) }
            return
        }
        let wasDuplicate = try removeDuplicate(known)
        guard !wasDuplicate, try holder(of: file.read.hash) == nil, try isAlive(known.block) else {
            if !wasDuplicate { try leave(known) }
            return try place(file)
        }
        try replace(known, by: file)
    }

    /// Finds the block of a file that has none yet.
    private mutating func place(_ file: PreparedFile) throws {
        guard let holder = try holder(of: file.read.hash) else { return try makeBlock(of: file) }
        try note(file, block: holder.block)
        guard holder.isUploaded else {
            // Known by its hash, but not where it is: announced by a client, or moved here.
            try session.execute(
                """
                DELETE FROM heaper_scan_files
                WHERE block_id = \(holder.block) AND hash = \(file.read.hash) AND is_missing = 1
                """
            )
            try arrive(file.read.hash, at: holder.block, as: file.entry)
            return try rename(file.entry, of: holder.block, retitles: true)
        }
        try session.execute(
            """
            INSERT INTO heaper_duplicates (folder, name, heap_id, hash, block_id, found_at)
            VALUES (\(file.folder), \(file.name), \(heap.heap), \(file.read.hash), \(holder.block), \(now))
            ON CONFLICT (folder, name) DO UPDATE SET hash = excluded.hash, block_id = excluded.block_id
            """
        )
        result.duplicates += 1
    }

    private func holder(of hash: ContentHash) throws -> (block: BlockID, isUploaded: Bool)? {
        try session.first(
            """
            SELECT f.block_id, f.is_uploaded FROM heaper_files f
            JOIN heaper_blocks b ON b.id = f.block_id AND b.purged_at IS NULL
            WHERE f.hash = \(hash) AND f.heap_id = \(heap.heap) ORDER BY f.is_uploaded DESC, f.created_at LIMIT 1
            """
        ) { (BlockID(unchecked: $0.text(0)), $0.bool(1)) }
    }

    private func isAlive(_ block: BlockID) throws -> Bool {
        try session.first("SELECT 1 FROM heaper_blocks WHERE id = \(block) AND purged_at IS NULL") { _ in true }
            ?? false
    }

    private mutating func makeBlock(of file: PreparedFile) throws {
        let stamp = try stamps.next(in: session)
        let title = file.entry.title
        try BlockRows.create(file.block, in: heap.heap, owner: user, type: "file", title: title, stamp: stamp, session)
        // Nobody can have this document open: its id was drawn for this row.
        try session.execute(
            """
            INSERT INTO heaper_documents (block_id, state, state_sequence, sequence, projected)
            VALUES (\(file.block), \(file.document), 1, 1, 1)
            """
        )
        try insertFile(file.entry, of: file.block, isInDocument: true)
        try note(file, block: file.block)
        result.newBlocks.append(file.block)
    }

    private func insertFile(_ entry: FileEntry, of block: BlockID, isInDocument: Bool) throws {
        try session.execute(
            """
            INSERT INTO heaper_files
                (id, heap_id, block_id, hash, name, mime_type, file_size, is_uploaded, in_document, unprobed, created_at)
            VALUES (\(entry.id), \(heap.heap), \(block), \(entry.hash), \(entry.name), \(entry.mimeType), \(entry.size),
                1, \(isInDocument), \(FileProber.looksInto(entry.mimeType)), \(now))
            ON CONFLICT (block_id, hash) DO UPDATE SET is_uploaded = 1, name = excluded.name
            """
        )
    }

    /// Remembers what the file is like and whose it is.
    private func note(_ file: PreparedFile, block: BlockID) throws {
        let facts = file.read.facts
        try session.execute(
            """
            INSERT INTO heaper_scan_files (folder, name, inode, size, modified, hash, block_id)
            VALUES (\(file.folder), \(file.name), \(facts.inode), \(facts.size), \(facts.modified), \(file.read.hash),
                \(block))
            ON CONFLICT (folder, name) DO UPDATE SET
                inode = excluded.inode, size = excluded.size, modified = excluded.modified, hash = excluded.hash,
                block_id = excluded.block_id, is_missing = 0
            """
        )
    }

    /// The bytes of a block's file are here.
    ///
    /// `entry`: what they are, where only a document has told so far.
    private mutating func arrive(_ hash: ContentHash, at block: BlockID, as entry: FileEntry? = nil) throws {
        let changed = try session.execute(
            """
            UPDATE heaper_files SET is_uploaded = 1, unprobed = 1
            WHERE block_id = \(block) AND hash = \(hash) AND is_uploaded = 0
            """
        )
        guard changed > 0 else { return }
        if let entry {
            try session.execute(
                """
                UPDATE heaper_files SET file_size = \(entry.size),
                    mime_type = CASE WHEN mime_type = '' THEN \(entry.mimeType) ELSE mime_type END
                WHERE block_id = \(block) AND hash = \(hash)
                """
            )
        }
        try touch(block)
    }

    /// A block's file has other bytes now.
    private mutating func replace(_ known: KnownFile, by file: PreparedFile) throws {
        var edit = FileEdit(block: known.block, added: file.entry)
        if let copy = try copy(of: known) {
            try promote(copy, of: known, retitles: false)
        } else if try !isStored(known.hash) {
            try FileRows.remove(known.hash, of: known.block, in: session)
            edit.removed = [entry(of: known)]
        }
        result.edits.append(edit)
        try note(file, block: known.block)
        try insertFile(file.entry, of: known.block, isInDocument: false)
        try touch(known.block)
    }

    private func entry(of known: KnownFile) -> FileEntry {
        FileEntry(hash: known.hash, name: "", mimeType: "", size: known.facts.size)
    }

    // MARK: Files that are gone

    mutating func vanish(_ known: KnownFile) throws {
        let isDuplicate = try removeDuplicate(known)
        // What has moved, or was one of several, is not waited for here.
        if try isDuplicate || leave(known) {
            try session.execute(
                "DELETE FROM heaper_scan_files WHERE folder = \(known.folder) AND name = \(known.name)"
            )
        } else {
            try session.execute(
                """
                UPDATE heaper_scan_files SET is_missing = 1 WHERE folder = \(known.folder) AND name = \(known.name)
                """
            )
        }
    }

    /// Lets a copy of a file take its place; without one, its bytes are gone.
    ///
    /// - Returns: whether there was a copy.
    @discardableResult
    private mutating func leave(_ known: KnownFile) throws -> Bool {
        guard try isAlive(known.block) else { return false }
        if let copy = try copy(of: known) {
            try promote(copy, of: known, retitles: true)
            return true
        }
        try FileRows.vanish(known.hash, of: known.block, in: session)
        try touch(known.block)
        return false
    }

    /// Lets a copy be the file from now on, under its own name.
    private mutating func promote(
        _ copy: (folder: FolderKey, name: [UInt8]),
        of known: KnownFile,
        retitles: Bool
    ) throws {
        try session.execute("DELETE FROM heaper_duplicates WHERE folder = \(copy.folder) AND name = \(copy.name)")
        var entry = entry(of: known)
        entry.name = String(decoding: copy.name, as: UTF8.self)
        try rename(entry, of: known.block, retitles: retitles)
    }

    private func copy(of known: KnownFile) throws -> (folder: FolderKey, name: [UInt8])? {
        try session.first(
            """
            SELECT d.folder, d.name FROM heaper_duplicates d
            JOIN heaper_scan_files s ON s.folder = d.folder AND s.name = d.name AND s.is_missing = 0
            WHERE d.heap_id = \(heap.heap) AND d.hash = \(known.hash) AND d.block_id = \(known.block)
            ORDER BY d.folder, d.name LIMIT 1
            """
        ) { (FolderKey(stored: $0.bytes(0)), $0.bytes(1)) }
    }

    /// Whether bytes were uploaded, too.
    private func isStored(_ hash: ContentHash) throws -> Bool {
        try session.first("SELECT 1 FROM heaper_contents WHERE hash = \(hash)") { _ in true } ?? false
    }

    private func removeDuplicate(_ known: KnownFile) throws -> Bool {
        try session.execute(
            "DELETE FROM heaper_duplicates WHERE folder = \(known.folder) AND name = \(known.name)"
        ) > 0
    }

    // MARK: Blocks

    /// Gives a block's file the name under which it lies here.
    ///
    /// `retitles`: the block's title follows, if it is still the file's name.
    private mutating func rename(_ entry: FileEntry, of block: BlockID, retitles: Bool) throws {
        guard let file = try FileRows.file(entry.hash, of: block, in: session), file.name != entry.name else { return }
        try session.execute("UPDATE heaper_files SET name = \(entry.name) WHERE id = \(file.id)")
        try touch(block)
        let renamed = FileEntry(
            id: file.id,
            hash: file.hash,
            name: entry.name,
            mimeType: file.mimeType,
            size: file.size
        )
        var edit = FileEdit(block: block, added: renamed)
        if retitles, !file.name.isEmpty { edit.formerTitle = FileEntry.title(ofName: file.name) }
        result.edits.append(edit)
    }

    private mutating func touch(_ block: BlockID) throws {
        try BlockRows.touch(block, stamp: stamps.next(in: session), session)
        result.changed.insert(block)
    }
}
