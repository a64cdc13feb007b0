import CofferCore

/// The files of all accounts, and the questions asked of them.
///
/// Beginning and completing uploads is in `FileStore+Uploading.swift`, removing in `FileStore+Removing.swift`, what is
/// counted in `FileStore+Usage.swift`.
struct FileStore: Sendable {
    static let space = "hashdrop"

    let drops: DropStore
    let keys: ObjectKeys
    let settings: FileSettings
    /// Whether the bytes lie in a bucket of somebody else instead of the blob store.
    let usesBucket: Bool
    let clock: any WallClock
    let random: any RandomSource

    /// An upload that began then or earlier, and is not complete, has failed.
    func failureLimit(at now: Timestamp) -> Timestamp { now.advanced(by: .zero - settings.pendingLife) }

    // MARK: Finding

    /// Every record of an account, the newest first.
    func all(of account: AccountID) async throws -> [StoredFile] {
        let limit = failureLimit(at: clock.now)
        return try await drops.database.read { session in
            try session.query(
                """
                SELECT \(part: StoredFile.columns) FROM hashdrop_files f
                WHERE f.user_id = \(account) ORDER BY f.position DESC
                """
            ) { StoredFile($0, failedBefore: limit) }
        }
    }

    /// An account's uploaded files whose ids begin with a text, the newest first.
    ///
    /// Letter case does not matter, and no character stands for others.
    func uploaded(_ prefix: String, of account: AccountID) async throws -> [StoredFile] {
        try await drops.database.read { try uploaded(prefix, of: account, in: $0) }
    }

    func uploaded(_ prefix: String, of account: AccountID, in session: any SQLSession) throws -> [StoredFile] {
        // Ids have no other characters; what no id can begin with need not be looked for.
        let start = prefix.lowercased()
        guard start.utf8.count <= 36, start.utf8.allSatisfy("0123456789abcdef-".utf8.contains) else { return [] }
        let limit = failureLimit(at: clock.now)
        return try session.query(
            """
            SELECT \(part: StoredFile.columns) FROM hashdrop_files f
            WHERE f.user_id = \(account) AND f.status = 'uploaded' AND substr(f.id, 1, \(start.utf8.count)) = \(start)
            ORDER BY f.position DESC
            """
        ) { StoredFile($0, failedBefore: limit) }
    }

    /// An account's uploaded file of exactly this id.
    func uploaded(_ id: FileID, of account: AccountID) async throws -> StoredFile? {
        guard let file = try await find(id), file.owner == account, file.status == .uploaded else { return nil }
        return file
    }

    func find(_ id: FileID) async throws -> StoredFile? {
        try await drops.database.read { try find(id, in: $0) }
    }

    func find(_ id: FileID, in session: any SQLSession) throws -> StoredFile? {
        let limit = failureLimit(at: clock.now)
        return try session.first(
            "SELECT \(part: StoredFile.columns) FROM hashdrop_files f WHERE f.id = \(id)"
        ) { StoredFile($0, failedBefore: limit) }
    }

    /// The bytes of the uploaded file that lies under a key.
    func object(_ key: ObjectKey) async throws -> DropSlot? {
        try await drops.database.read { session in
            try session.first(
                """
                SELECT \(part: DropTable.slotColumns) FROM hashdrop_files f
                JOIN drop_slots s ON s.drop_id = f.drop_id AND s.slot = 0 JOIN blobs b ON b.key = s.blob_key
                WHERE f.object_key = \(key) AND f.status = 'uploaded'
                """
            ) { DropTable.slot($0, from: 0) }
        }
    }

    // MARK: Downloads

    enum DownloadAnswer: Sendable {
        /// `isBlob`: whether its bytes are in our blob store.
        case admitted(isBlob: Bool)
        case noSuchFile
        case exhausted
    }

    /// One more download of an uploaded file today, if its limit allows it.
    ///
    /// What is refused does not count, and files that do not exist leave no trace.
    func admitDownload(of id: FileID, under key: ObjectKey) async throws -> DownloadAnswer {
        let day = Self.day(of: clock.now)
        guard let file = try await downloads(of: id, under: key, on: day) else { return .noSuchFile }
        guard file.count < settings.downloadsPerDay else { return .exhausted }
        let limit = settings.downloadsPerDay
        let isAdmitted = try await drops.database.write { session in
            try session.execute(
                """
                INSERT INTO hashdrop_downloads (file_id, day, downloads)
                SELECT id, \(day), 1 FROM hashdrop_files
                WHERE id = \(id) AND object_key = \(key) AND status = 'uploaded'
                ON CONFLICT (file_id, day) DO UPDATE SET downloads = hashdrop_downloads.downloads + 1
                WHERE hashdrop_downloads.downloads < \(limit)
                """
            ) == 1
        }
        if isAdmitted { return .admitted(isBlob: file.isBlob) }
        return try await downloads(of: id, under: key, on: day) == nil ? .noSuchFile : .exhausted
    }

    /// Nil when there is no such file.
    private func downloads(
        of id: FileID,
        under key: ObjectKey,
        on day: Int64
    ) async throws -> (count: Int64, isBlob: Bool)? {
        try await drops.database.read { session in
            try session.first(
                """
                SELECT COALESCE(d.downloads, 0), f.drop_id IS NOT NULL FROM hashdrop_files f
                LEFT JOIN hashdrop_downloads d ON d.file_id = f.id AND d.day = \(day)
                WHERE f.id = \(id) AND f.object_key = \(key) AND f.status = 'uploaded'
                """
            ) { ($0.integer(0), $0.bool(1)) }
        }
    }

    /// The UTC day, counted from 1970-01-01.
    static func day(of time: Timestamp) -> Int64 { time.seconds / 86_400 }
}
