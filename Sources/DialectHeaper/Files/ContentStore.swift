import CofferCore

/// The bytes of files, stored once for all who have them.
///
/// On disk a content is slot 0 of a drop that is ready and never due; the drop owns the blob.
struct ContentStore: Sendable {
    /// Contents that a transaction took away; their bytes go after it.
    struct Freed: Sendable {
        var bytes: Int64 = 0
        fileprivate(set) var blobs: [Blob] = []
    }

    let drops: DropStore

    /// The bytes of a hash, whoever has them.
    ///
    /// Never tell anybody whether they exist, unless ``heldSize(_:by:in:)`` says that they have them.
    func slot(_ hash: ContentHash, in session: any SQLSession) throws -> DropSlot? {
        try session.first(
            """
            SELECT \(part: DropTable.slotColumns) FROM heaper_contents c
            JOIN drop_slots s ON s.drop_id = c.drop_id AND s.slot = 0 JOIN blobs b ON b.key = s.blob_key
            WHERE c.hash = \(hash)
            """
        ) { DropTable.slot($0, from: 0) }
    }

    /// The size of bytes that are stored and that this user has in one of their heaps.
    func heldSize(_ hash: ContentHash, by user: UserID, in session: any SQLSession) throws -> Int64? {
        try session.first(
            """
            SELECT c.size FROM heaper_contents c WHERE c.hash = \(hash) AND EXISTS (
                SELECT 1 FROM heaper_files f
                JOIN heaper_members m ON m.heap_id = f.heap_id AND m.user_id = \(user)
                JOIN heaper_heaps h ON h.id = f.heap_id AND h.deleted_at IS NULL
                WHERE f.hash = c.hash AND f.is_uploaded = 1
            )
            """
        ) { $0.integer(0) }
    }

    /// Makes a drop whose bytes are complete a content, unless these bytes are stored already; then it goes.
    ///
    /// - Returns: bytes to be erased after the transaction.
    func adopt(
        _ drop: DropID,
        as hash: ContentHash,
        size: Int64,
        at now: Timestamp,
        in session: any SQLSession
    ) throws -> [Blob] {
        guard try slot(hash, in: session) == nil else { return try drops.remove(drop, in: session) ?? [] }
        // A row whose bytes are lost makes room for them.
        try session.execute("DELETE FROM heaper_contents WHERE hash = \(hash)")
        guard try drops.makeReady(drop, in: session) else { throw PartError.gone }
        try session.execute(
            """
            INSERT INTO heaper_contents (hash, size, drop_id, created_at)
            VALUES (\(hash), \(size), \(drop), \(now))
            """
        )
        return []
    }

    // MARK: Freeing

    /// Takes away the contents of removed files that no other file names, as a step of the transaction that removed them
    /// or of a later one; ``erase(_:)`` follows.
    func freeLoose(in session: any SQLSession) throws -> Freed {
        let unnamed = try session.query(
            """
            SELECT c.drop_id, c.size FROM heaper_loose_contents l JOIN heaper_contents c ON c.hash = l.hash
            WHERE NOT EXISTS (SELECT 1 FROM heaper_files f WHERE f.hash = l.hash AND f.is_uploaded = 1)
            """
        ) { (drop: DropID(stored: $0.text(0)), size: $0.integer(1)) }
        var freed = Freed()
        for content in unnamed {
            freed.blobs += try drops.remove(content.drop, in: session) ?? []
            freed.bytes += content.size
        }
        freed.blobs += try ThumbnailStore.removeLoose(drops, in: session)
        try session.execute("DELETE FROM heaper_loose_contents")
        return freed
    }

    /// Erases what a transaction has freed.
    func erase(_ freed: Freed) async {
        await drops.erase(freed.blobs)
    }

    /// Frees what removed files have left; cheap when there is nothing.
    func collect() async throws {
        let isAny = try await drops.database.read { session in
            try session.first("SELECT 1 FROM heaper_loose_contents LIMIT 1") { _ in true } ?? false
        }
        guard isAny else { return }
        await erase(try await drops.database.write { try freeLoose(in: $0) })
    }

    /// Frees every content that no file names, however that came about.
    func collectAll() async throws {
        _ = try await drops.database.write { session in
            try session.execute(
                """
                INSERT INTO heaper_loose_contents (hash)
                SELECT c.hash FROM heaper_contents c
                WHERE NOT EXISTS (SELECT 1 FROM heaper_files f WHERE f.hash = c.hash AND f.is_uploaded = 1)
                ON CONFLICT DO NOTHING
                """
            )
        }
        try await collect()
    }
}
