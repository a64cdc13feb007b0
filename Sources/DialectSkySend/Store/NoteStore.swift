import CofferCore

/// What SkySend keeps of a note besides the drop itself; the ciphertext is the drop's blob.
struct StoredNote: Sendable {
    let drop: Drop
    let slot: DropSlot?
    let contentType: String
    let auth: TokenDigest
    let owner: TokenDigest
    let salt: [UInt8]
    let nonce: [UInt8]
    /// Nil without a password.
    let passwordSalt: [UInt8]?

    var id: String { drop.name.text }
    var viewCount: Int64 { slot?.served ?? 0 }
    /// 0 stands for views without limit.
    var maxViews: Int64 { drop.maxDownloads ?? 0 }

    func requireAlive(at now: Timestamp) throws {
        if drop.isExpired(at: now) { throw SkySendError.expired(.note) }
        if drop.state == .burned || (maxViews > 0 && viewCount >= maxViews) { throw SkySendError.limitReached(.note) }
    }
}

/// The table of notes, and the questions asked of it.
struct NoteStore: Sendable {
    static let space = "skysend.note"

    let drops: DropStore
    let blobs: any BlobStore
    let clock: any WallClock
    let random: any RandomSource
    let linger: Duration

    static let migrations = [
        Migration(
            module: "skysend",
            name: "002-notes",
            statements: [
                """
                CREATE TABLE skysend_notes (
                    drop_id TEXT PRIMARY KEY NOT NULL REFERENCES drops (id) ON DELETE CASCADE,
                    content_type TEXT NOT NULL,
                    auth BYTEA NOT NULL,
                    owner BYTEA NOT NULL,
                    salt BYTEA NOT NULL,
                    nonce BYTEA NOT NULL,
                    password_salt BYTEA
                )
                """
            ]
        )
    ]

    /// Stores a note and tells when it expires.
    func insert(_ id: String, _ note: NewNote) async throws -> Timestamp {
        let writer = try await blobs.makeWriter(BlobRequest(maxBytes: .max, wantsSHA256: false))
        let staged: StagedBlob
        do {
            try await writer.write(note.ciphertext)
            staged = try await writer.finish()
        } catch {
            await writer.cancel()
            throw error
        }
        let now = clock.now
        let expiresAt = now.advanced(by: .seconds(note.expireSeconds))
        let drop = NewDrop(
            id: DropID(random: random),
            name: DropName(space: Self.space, text: id),
            state: .ready,
            counting: .atStart,
            createdAt: now,
            expiresAt: expiresAt,
            dueAt: expiresAt.advanced(by: linger),
            maxDownloads: note.maxViews > 0 ? note.maxViews : nil,
            linger: linger
        )
        try await drops.claim(staged) { session in
            guard try drops.insert(drop, in: session) else { throw SkySendError.internalFault }
            _ = try drops.attach(staged, to: drop.id, slot: 0, in: session)
            try session.execute(
                """
                INSERT INTO skysend_notes (drop_id, content_type, auth, owner, salt, nonce, password_salt)
                VALUES (
                    \(drop.id), \(note.contentType), \(note.auth), \(note.owner), \(note.salt), \(note.nonce),
                    \(note.passwordSalt)
                )
                """
            )
        }
        drops.expectSweep(at: drop.dueAt)
        return expiresAt
    }

    /// The note of this id as long as it has a record: expired and used-up ones included.
    func find(_ id: String) async throws -> StoredNote? {
        let note = try await drops.database.read { session in
            try session.first(
                """
                SELECT \(part: DropTable.columns), \(part: DropTable.slotColumns), n.content_type, n.auth, n.owner,
                    n.salt, n.nonce, n.password_salt
                FROM drops d JOIN skysend_notes n ON n.drop_id = d.id
                LEFT JOIN drop_slots s ON s.drop_id = d.id AND s.slot = 0
                LEFT JOIN blobs b ON b.key = s.blob_key
                WHERE d.space = \(Self.space) AND d.name = \(id)
                """,
                Self.note
            )
        }
        guard let note, !note.drop.isGone(at: clock.now) else { return nil }
        return note
    }

    private static func note(_ row: any SQLRow) -> StoredNote {
        let slot = DropTable.columnCount
        let own = slot + DropTable.slotColumnCount
        return StoredNote(
            drop: DropTable.drop(row, from: 0),
            slot: row.isNull(slot) ? nil : DropTable.slot(row, from: slot),
            contentType: row.text(own),
            auth: TokenDigest(stored: row.bytes(own + 1)),
            owner: TokenDigest(stored: row.bytes(own + 2)),
            salt: row.bytes(own + 3),
            nonce: row.bytes(own + 4),
            passwordSalt: row.optionalBytes(own + 5)
        )
    }
}
