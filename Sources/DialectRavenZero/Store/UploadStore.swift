import CofferCore

/// What Raven Zero keeps of an upload besides the drop itself.
struct Upload: Sendable {
    let drop: Drop
    let slot: DropSlot?
    let filename: String
    let mediaType: String

    var key: String { drop.name.text }
    /// Of the plain bytes; empty once they are gone.
    var sha256: [UInt8] { slot?.blob?.sha256 ?? [] }
    var usesLeft: Int64 { max(0, (drop.maxDownloads ?? 0) - (slot?.served ?? 0)) }
}

/// The table of uploads, and the questions asked of it.
struct UploadStore: Sendable {
    static let space = "ravenzero"
    private static let keyAttempts = 10

    let drops: DropStore

    static let migrations = [
        Migration(
            module: "ravenzero",
            name: "001-create",
            statements: [
                """
                CREATE TABLE ravenzero_uploads (
                    drop_id TEXT PRIMARY KEY NOT NULL REFERENCES drops (id) ON DELETE CASCADE,
                    filename TEXT NOT NULL,
                    media_type TEXT NOT NULL,
                    previewed BIGINT NOT NULL DEFAULT 0
                )
                """
            ]
        )
    ]

    struct NewUpload: Sendable {
        let id: DropID
        let filename: String
        let mediaType: String
        let createdAt: Timestamp
        let expiresAt: Timestamp
        let uses: Int
    }

    /// Records an upload under a key that no other has.
    ///
    /// - Throws: ``RavenZeroError/keysExhausted`` after ten taken keys; then nothing is recorded.
    func insert(
        _ upload: NewUpload,
        _ staged: StagedBlob,
        drawKey: @escaping @Sendable () -> String
    ) async throws -> String {
        let key = try await drops.claim(staged) { session in
            for _ in 0..<Self.keyAttempts {
                let key = drawKey()
                let drop = NewDrop(
                    id: upload.id,
                    name: DropName(space: Self.space, text: key),
                    state: .ready,
                    counting: .atStart,
                    createdAt: upload.createdAt,
                    expiresAt: upload.expiresAt,
                    dueAt: upload.expiresAt,
                    maxDownloads: Int64(upload.uses)
                )
                guard try drops.insert(drop, in: session) else { continue }
                _ = try drops.attach(staged, to: upload.id, slot: 0, in: session)
                try session.execute(
                    """
                    INSERT INTO ravenzero_uploads (drop_id, filename, media_type)
                    VALUES (\(upload.id), \(upload.filename), \(upload.mediaType))
                    """
                )
                return key
            }
            throw RavenZeroError.keysExhausted
        }
        drops.expectSweep(at: upload.expiresAt)
        return key
    }

    /// The upload of this key as long as it has a row: used up or just expired ones included.
    func find(_ key: String) async throws -> Upload? {
        try await drops.database.read { session in
            try session.first(
                """
                SELECT \(part: DropTable.columns), \(part: DropTable.slotColumns), u.filename, u.media_type
                FROM drops d JOIN ravenzero_uploads u ON u.drop_id = d.id
                LEFT JOIN drop_slots s ON s.drop_id = d.id AND s.slot = 0
                LEFT JOIN blobs b ON b.key = s.blob_key
                WHERE d.space = \(Self.space) AND d.name = \(key)
                """
            ) { row in
                Upload(
                    drop: DropTable.drop(row, from: 0),
                    slot: row.isNull(DropTable.columnCount) ? nil : DropTable.slot(row, from: DropTable.columnCount),
                    filename: row.text(DropTable.columnCount + DropTable.slotColumnCount),
                    mediaType: row.text(DropTable.columnCount + DropTable.slotColumnCount + 1)
                )
            }
        }
    }

    /// Flips the preview flag; true for exactly one caller per upload.
    func claimPreview(of drop: DropID) async throws -> Bool {
        try await drops.database.write { session in
            try session.execute(
                "UPDATE ravenzero_uploads SET previewed = 1 WHERE drop_id = \(drop) AND previewed = 0"
            ) == 1
        }
    }
}
