import CofferCore
import CofferHTTP

/// The table of uploads, and the questions asked of it.
struct FileStore: Sendable {
    static let space = "skysend.file"

    let drops: DropStore
    let parts: PartedUploads
    let quota: ClientQuota
    let clock: any WallClock
    let random: any RandomSource
    let settings: SkySendSettings

    static let migrations = [
        Migration(
            module: "skysend",
            name: "001-files",
            statements: [
                """
                CREATE TABLE skysend_files (
                    drop_id TEXT PRIMARY KEY NOT NULL REFERENCES drops (id) ON DELETE CASCADE,
                    auth BYTEA NOT NULL,
                    owner BYTEA NOT NULL,
                    salt BYTEA NOT NULL,
                    file_count BIGINT NOT NULL,
                    size BIGINT NOT NULL,
                    expire_sec BIGINT NOT NULL,
                    password_salt BYTEA,
                    meta BYTEA,
                    meta_nonce BYTEA,
                    is_chunked BIGINT NOT NULL
                )
                """
            ]
        )
    ]

    // MARK: Finding

    /// The upload of this id as long as it has a record: expired and used-up ones included, unfinished ones not.
    func find(_ id: String) async throws -> StoredFile? {
        guard let file = try await findAny(id), file.drop.state != .pending else { return nil }
        return file
    }

    /// The upload of this id, unfinished or not.
    func findAny(_ id: String) async throws -> StoredFile? {
        let file = try await drops.database.read { try find(id, in: $0) }
        guard let file, !file.drop.isGone(at: clock.now) else { return nil }
        return file
    }

    private func find(_ id: String, in session: any SQLSession) throws -> StoredFile? {
        try session.first(
            """
            SELECT \(part: DropTable.columns), \(part: DropTable.slotColumns), f.auth, f.owner, f.salt, f.file_count,
                f.size, f.expire_sec, f.password_salt, f.meta, f.meta_nonce, f.is_chunked
            FROM drops d JOIN skysend_files f ON f.drop_id = d.id
            LEFT JOIN drop_slots s ON s.drop_id = d.id AND s.slot = 0
            LEFT JOIN blobs b ON b.key = s.blob_key
            WHERE d.space = \(Self.space) AND d.name = \(id)
            """,
            Self.file
        )
    }

    private static func file(_ row: any SQLRow) -> StoredFile {
        let slot = DropTable.columnCount
        let own = slot + DropTable.slotColumnCount
        return StoredFile(
            drop: DropTable.drop(row, from: 0),
            slot: row.isNull(slot) ? nil : DropTable.slot(row, from: slot),
            auth: TokenDigest(stored: row.bytes(own)),
            owner: TokenDigest(stored: row.bytes(own + 1)),
            salt: row.bytes(own + 2),
            fileCount: row.integer(own + 3),
            size: row.integer(own + 4),
            expireSeconds: row.integer(own + 5),
            passwordSalt: row.optionalBytes(own + 6),
            meta: row.optionalBytes(own + 7).map { .init(ciphertext: $0, nonce: row.bytes(own + 8)) },
            isChunked: row.bool(own + 9)
        )
    }

    // MARK: Whole uploads

    /// Records an upload whose bytes are there.
    @discardableResult
    func insert(
        _ id: String,
        _ parameters: UploadParameters,
        _ staged: StagedBlob,
        reservation: ClientQuota.Reservation?
    ) async throws -> DropID {
        let now = clock.now
        let expiresAt = now.advanced(by: .seconds(parameters.expireSeconds))
        var drop = newDrop(id, parameters, state: .ready, at: now)
        drop.expiresAt = expiresAt
        drop.dueAt = expiresAt.advanced(by: settings.cleanupInterval)
        let made = drop
        try await drops.claim(staged) { session in
            try insert(made, parameters, isChunked: false, in: session)
            _ = try drops.attach(staged, to: made.id, slot: 0, in: session)
            try quota.charge(reservation, in: session)
        }
        drops.expectSweep(at: made.dueAt)
        return made.id
    }

    private func newDrop(
        _ id: String,
        _ parameters: UploadParameters,
        state: Drop.State,
        at now: Timestamp
    ) -> NewDrop {
        NewDrop(
            id: DropID(random: random),
            name: DropName(space: Self.space, text: id),
            state: state,
            counting: .atStart,
            createdAt: now,
            expiresAt: nil,
            dueAt: nil,
            maxDownloads: parameters.maxDownloads,
            linger: settings.cleanupInterval
        )
    }

    private func insert(
        _ drop: NewDrop,
        _ parameters: UploadParameters,
        isChunked: Bool,
        in session: any SQLSession
    ) throws {
        guard try drops.insert(drop, in: session) else { throw SkySendError.internalFault }
        try session.execute(
            """
            INSERT INTO skysend_files (
                drop_id, auth, owner, salt, file_count, size, expire_sec, password_salt, is_chunked
            ) VALUES (
                \(drop.id), \(parameters.auth), \(parameters.owner), \(parameters.salt), \(parameters.fileCount),
                \(parameters.size), \(parameters.expireSeconds), \(parameters.passwordSalt), \(isChunked)
            )
            """
        )
    }

    // MARK: Chunk sessions

    /// Opens a session: a pending drop that goes when nothing arrives for an hour.
    func openSession(_ id: String, _ parameters: UploadParameters, client: ClientAddress) async throws {
        let now = clock.now
        var drop = newDrop(id, parameters, state: .pending, at: now)
        drop.dueAt = now.advanced(by: Self.sessionLimits.idle)
        let made = drop
        try await drops.database.write { session in
            try insert(made, parameters, isChunked: true, in: session)
            try parts.open(made.id, size: parameters.size, in: session)
            _ = try quota.reserve(parameters.size, for: client.limitKey, drop: made.id, in: session)
        }
        drops.expectSweep(at: made.dueAt)
    }

    static let sessionLimits = PartedUploads.Limits()

    /// An unfinished upload in chunks.
    func session(_ id: String) async throws -> (file: StoredFile, upload: OpenUpload)? {
        let found = try await drops.database.read { session -> (StoredFile, OpenUpload)? in
            guard let file = try find(id, in: session), file.drop.state == .pending,
                let upload = try parts.find(file.drop.id, in: session)
            else { return nil }
            return (file, upload)
        }
        guard let found, !found.0.drop.isGone(at: clock.now) else { return nil }
        return found
    }

    /// Ends a session without an upload.
    ///
    /// - Returns: false when it had ended before, finalized or deleted.
    func discard(_ upload: OpenUpload) async throws -> Bool {
        let doomed = try await drops.database.write { session -> [Blob]? in
            guard try parts.find(upload.drop, in: session) != nil else { return nil }
            return try drops.remove(upload.drop, in: session)
        }
        guard let doomed else { return false }
        await drops.erase(doomed)
        return true
    }

    /// Makes a session's upload readable; its life begins now.
    ///
    /// - Throws: ``PartError/incomplete``; ``PartError/gone`` when another caller was first.
    func finalize(_ file: StoredFile, _ upload: OpenUpload) async throws {
        try await parts.complete(upload) {
            let now = clock.now
            let due = try await drops.database.write { session -> Timestamp in
                let due = try drops.makeReady(
                    upload.drop,
                    createdAt: now,
                    expiresAt: now.advanced(by: .seconds(file.expireSeconds)),
                    in: session
                )
                guard let due else { throw PartError.gone }
                try parts.close(upload, in: session)
                try quota.charge(reservedFor: upload.drop, in: session)
                return due
            }
            drops.expectSweep(at: due)
        }
    }

    // MARK: Changes

    /// Stores the metadata unless there is some.
    func setMeta(_ meta: StoredFile.Meta, of file: StoredFile) async throws -> Bool {
        try await drops.database.write { session in
            try session.execute(
                """
                UPDATE skysend_files SET meta = \(meta.ciphertext), meta_nonce = \(meta.nonce)
                WHERE drop_id = \(file.drop.id) AND meta IS NULL
                """
            ) == 1
        }
    }
}
