import CofferCore

/// A Hushfile as the database knows it: a drop, and what this dialect adds to it.
struct StoredFile: Sendable {
    let drop: Drop
    /// Nil once the upload is finished.
    let uploadPassword: TokenDigest?
    /// Argon2id; nil when the file cannot be deleted by request.
    let deletePasswordHash: String?

    var id: String { drop.name.text }
    var isFinished: Bool { drop.state != .pending }
}

/// The table of files, and the questions asked of it.
///
/// Writing is in `FileStore+Writing.swift`.
struct FileStore: Sendable {
    static let space = "hushfile"

    let drops: DropStore
    let clock: any WallClock
    let settings: HushfileSettings
    let reservations = UploadReservations()

    static let migrations = [
        Migration(
            module: "hushfile",
            name: "001-create",
            statements: [
                """
                CREATE TABLE hushfile_files (
                    drop_id TEXT PRIMARY KEY NOT NULL REFERENCES drops (id) ON DELETE CASCADE,
                    upload_password BYTEA,
                    delete_password TEXT,
                    metadata BYTEA
                )
                """,
                """
                CREATE TABLE hushfile_addresses (
                    drop_id TEXT NOT NULL REFERENCES drops (id) ON DELETE CASCADE,
                    position BIGINT NOT NULL,
                    address TEXT NOT NULL,
                    PRIMARY KEY (drop_id, position),
                    UNIQUE (drop_id, address)
                )
                """,
            ]
        )
    ]

    /// The file of this id, unless it is gone.
    func find(_ id: String) async throws -> StoredFile? {
        let now = clock.now
        return try await drops.database.read { try find(id, at: now, in: $0) }
    }

    func find(_ id: String, at now: Timestamp, in session: any SQLSession) throws -> StoredFile? {
        let file = try session.first(
            """
            SELECT \(part: DropTable.columns), f.upload_password, f.delete_password
            FROM drops d JOIN hushfile_files f ON f.drop_id = d.id
            WHERE d.space = \(Self.space) AND d.name = \(id)
            """
        ) { row in
            StoredFile(
                drop: DropTable.drop(row, from: 0),
                uploadPassword: row.optionalBytes(DropTable.columnCount).map(TokenDigest.init(stored:)),
                deletePasswordHash: row.optionalText(DropTable.columnCount + 1)
            )
        }
        return file.flatMap { $0.drop.isGone(at: now) ? nil : $0 }
    }

    /// A finished file's chunk, and the file.
    func chunk(_ index: Int64, of id: String) async throws -> (file: StoredFile, slot: DropSlot?)? {
        let now = clock.now
        return try await drops.database.read { session in
            guard let file = try find(id, at: now, in: session) else { return nil }
            return (file, try drops.table.slot(index, of: file.drop.id, in: session))
        }
    }

    func metadata(of file: StoredFile) async throws -> [UInt8] {
        try await drops.database.read { session in
            try session.first("SELECT metadata FROM hushfile_files WHERE drop_id = \(file.drop.id)") { $0.bytes(0) }
        } ?? []
    }

    /// What `info` tells of a file.
    struct Summary: Sendable {
        let file: StoredFile
        let chunks: [Int64]
        let totalSize: Int64
        let downloads: Int64
        let addresses: [String]
    }

    func summary(of id: String) async throws -> Summary? {
        let now = clock.now
        return try await drops.database.snapshot { session in
            guard let file = try find(id, at: now, in: session) else { return nil }
            let totals = try drops.table.totals(of: file.drop.id, in: session)
            return Summary(
                file: file,
                chunks: try drops.table.slotIndexes(of: file.drop.id, in: session),
                totalSize: totals.size,
                downloads: totals.leastServed,
                addresses: try session.query(
                    "SELECT address FROM hushfile_addresses WHERE drop_id = \(file.drop.id) ORDER BY position"
                ) { $0.text(0) }
            )
        }
    }

    /// Deletes a file and its bytes.
    ///
    /// - Returns: false when it was gone already.
    func delete(_ file: StoredFile) async throws -> Bool {
        try await drops.delete(file.drop.id)
    }
}
