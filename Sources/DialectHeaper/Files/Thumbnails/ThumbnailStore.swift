import CofferCore
import CofferMedia
import NIOCore

/// Keeps thumbnails.
struct ThumbnailStore: Sendable {
    private static let space = "heaper-thumbnail"
    /// For each file: of those that clients upload, and of those that are made.
    static let most = 64

    let drops: DropStore
    let blobs: any BlobStore
    let clock: any WallClock
    let random: any RandomSource

    /// A picture and what it is a thumbnail of.
    struct NewThumbnail: Sendable {
        var hash: ContentHash
        /// Nil for one that we made.
        var block: BlockID?
        var key: String
        var kind: ThumbnailKind
        var size: String
        var position: Duration?
        var picture: Picture
    }

    /// What is stored for a file of a block, the newest first.
    func list(_ hash: ContentHash, of block: BlockID, in session: any SQLSession) throws -> [StoredThumbnail] {
        try session.query(
            """
            SELECT \(part: StoredThumbnail.columns) FROM heaper_thumbnails t
            JOIN drop_slots s ON s.drop_id = t.drop_id AND s.slot = 0 JOIN blobs b ON b.key = s.blob_key
            LEFT JOIN heaper_shown_thumbnails shown ON shown.drop_id = t.drop_id AND shown.block_id = \(block)
            WHERE t.hash = \(hash) AND t.block_id IN ('', \(block)) ORDER BY t.created_at DESC, t.drop_id
            """
        ) { StoredThumbnail($0) }.compactMap(\.self)
    }

    func list(_ hash: ContentHash, of block: BlockID) async throws -> [StoredThumbnail] {
        try await drops.database.read { try list(hash, of: block, in: $0) }
    }

    /// Notes that what was made of a content was shown with a block.
    func noteShown(_ key: String, of hash: ContentHash, with block: BlockID) async throws {
        _ = try await drops.database.write { session in
            try session.execute(
                """
                INSERT INTO heaper_shown_thumbnails (drop_id, block_id)
                SELECT drop_id, \(block) FROM heaper_thumbnails
                WHERE hash = \(hash) AND block_id = '' AND key = \(key)
                ON CONFLICT DO NOTHING
                """
            )
        }
    }

    /// Stores a thumbnail, in place of one of the same key, if its file is still there.
    ///
    /// - Throws: ``FileFailure/notFound``, ``ThumbnailFailure/tooMany(limit:)``, ``StorageError``; nothing is kept then.
    func keep(_ new: NewThumbnail) async throws {
        let size = Int64(new.picture.bytes.readableBytes)
        let writer = try await blobs.makeWriter(BlobRequest(maxBytes: size, wantsSHA256: false))
        let staged: StagedBlob
        do {
            try await writer.write(new.picture.bytes)
            staged = try await writer.finish()
        } catch {
            await writer.cancel()
            throw error
        }
        let replaced = try await drops.claim(staged) { try insert(new, staged, in: $0) }
        await drops.erase(replaced)
    }

    private func insert(_ new: NewThumbnail, _ staged: StagedBlob, in session: any SQLSession) throws -> [Blob] {
        guard try isWanted(new, in: session) else { throw FileFailure.notFound }
        let replaced = try makeRoom(for: new, in: session)
        let id = DropID(random: random)
        let drop = NewDrop(
            id: id,
            name: DropName(space: Self.space, text: id.text),
            state: .ready,
            counting: .atEnd,
            createdAt: clock.now,
            expiresAt: nil,
            dueAt: nil,
            maxDownloads: nil
        )
        guard try drops.insert(drop, in: session) else { throw HeaperError.internalFault }
        _ = try drops.attach(staged, to: id, slot: 0, in: session)
        try session.execute(
            """
            INSERT INTO heaper_thumbnails (
                drop_id, hash, block_id, key, kind, size, format, bytes, width, height, position_ms, created_at
            ) VALUES (
                \(id), \(new.hash), \(Self.owner(of: new)), \(new.key), \(new.kind.rawValue), \(new.size),
                \(new.picture.format.rawValue), \(staged.blob.size), \(new.picture.width), \(new.picture.height),
                \(new.position?.wholeMilliseconds), \(clock.now)
            )
            """
        )
        return replaced
    }

    /// Takes away the one that this one replaces, and answers what is to be erased.
    ///
    /// - Throws: ``ThumbnailFailure/tooMany(limit:)`` when it replaces none, and there are as many as there may be.
    private func makeRoom(for new: NewThumbnail, in session: any SQLSession) throws -> [Blob] {
        let block = Self.owner(of: new)
        let old = try session.first(
            """
            SELECT drop_id FROM heaper_thumbnails
            WHERE hash = \(new.hash) AND block_id = \(block) AND key = \(new.key)
            """
        ) { DropID(stored: $0.text(0)) }
        if let old { return try drops.remove(old, in: session) ?? [] }
        let count =
            try session.first(
                "SELECT COUNT(*) FROM heaper_thumbnails WHERE hash = \(new.hash) AND block_id = \(block)"
            ) { $0.integer(0) } ?? 0
        guard count < Self.most else { throw ThumbnailFailure.tooMany(limit: Self.most) }
        return []
    }

    /// The block whose thumbnail it is; empty for what was made, which is of all blocks with these bytes.
    private static func owner(of new: NewThumbnail) -> String { new.block?.text ?? "" }

    /// Whether the file is there; what was made wants its bytes, too.
    private func isWanted(_ new: NewThumbnail, in session: any SQLSession) throws -> Bool {
        let condition: SQL
        if let block = new.block {
            condition =
                """
                EXISTS (SELECT 1 FROM heaper_files WHERE block_id = \(block) AND hash = \(new.hash))
                OR EXISTS (SELECT 1 FROM heaper_uploads WHERE block_id = \(block) AND hash = \(new.hash))
                """
        } else {
            condition = "EXISTS (SELECT 1 FROM heaper_files WHERE hash = \(new.hash) AND is_uploaded = 1)"
        }
        return try session.first("SELECT 1 WHERE \(part: condition)") { _ in true } ?? false
    }

    /// Opens the bytes.
    ///
    /// - Throws: ``BlobError/missing`` when they went meanwhile, ``StorageError``.
    func open(_ thumbnail: StoredThumbnail) async throws -> any BlobReader {
        try await drops.openReader(thumbnail.slot)
    }
}

// MARK: Removing

extension ThumbnailStore {
    /// Removes what was made of a content, so that it is made anew.
    func forgetMade(of hash: ContentHash) async throws {
        let doomed = try await drops.database.write { session in
            try Self.remove("hash = \(hash) AND block_id = ''", drops, in: session)
        }
        await drops.erase(doomed)
    }

    /// Removes the thumbnails of contents that lost files, as far as their files are gone: a step of the transaction
    /// that frees those contents.
    ///
    /// - Returns: bytes to be erased after the transaction.
    static func removeLoose(_ drops: DropStore, in session: any SQLSession) throws -> [Blob] {
        try remove("hash IN (SELECT hash FROM heaper_loose_contents) AND (\(part: isOrphan))", drops, in: session)
    }

    /// Removes every thumbnail whose file is gone, however that came about.
    func removeOrphans() async throws {
        let any = try await drops.database.read { session in
            try session.first("SELECT 1 FROM heaper_thumbnails WHERE \(part: Self.isOrphan) LIMIT 1") { _ in true }
        }
        guard any != nil else { return }
        let doomed = try await drops.database.write { try Self.remove(Self.isOrphan, drops, in: $0) }
        await drops.erase(doomed)
    }

    private static let isOrphan: SQL =
        """
        CASE WHEN block_id = '' THEN NOT EXISTS (
            SELECT 1 FROM heaper_files f WHERE f.hash = heaper_thumbnails.hash AND f.is_uploaded = 1
        ) ELSE NOT EXISTS (
            SELECT 1 FROM heaper_files f
            WHERE f.hash = heaper_thumbnails.hash AND f.block_id = heaper_thumbnails.block_id
        ) AND NOT EXISTS (
            SELECT 1 FROM heaper_uploads u
            WHERE u.hash = heaper_thumbnails.hash AND u.block_id = heaper_thumbnails.block_id
        ) END
        """

    private static func remove(_ which: SQL, _ drops: DropStore, in session: any SQLSession) throws -> [Blob] {
        let found = try session.query("SELECT drop_id FROM heaper_thumbnails WHERE \(part: which)") {
            DropID(stored: $0.text(0))
        }
        return try found.flatMap { try drops.remove($0, in: session) ?? [] }
    }
}
