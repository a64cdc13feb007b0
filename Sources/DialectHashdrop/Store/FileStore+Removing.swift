import CofferCore

/// The ends that files come to.
///
/// Steps of a transaction return what is doomed; hand it to ``ObjectPlace/erase(_:)`` when the transaction has succeeded.
extension FileStore {
    private static let batch = 200
    /// A body that was on its way when the URL ended may still arrive for so long.
    private static let slowestUpload: Duration = .seconds(1800)

    // MARK: By request

    /// Deletes the one uploaded file whose id begins with a text.
    ///
    /// - Throws: ``HashdropError/fileNotFound``, ``HashdropError/ambiguousFileID``.
    func delete(_ prefix: String, of account: AccountID) async throws -> Doomed {
        try await drops.database.write { session in
            let files = try uploaded(prefix, of: account, in: session)
            guard let file = files.first else { throw HashdropError.fileNotFound }
            guard files.count == 1 else { throw HashdropError.ambiguousFileID }
            return try remove(file, in: session)
        }
    }

    /// Deletes everything an account has, unfinished uploads too.
    func removeAll(of account: AccountID, in session: any SQLSession) throws -> Doomed {
        let limit = failureLimit(at: clock.now)
        let files = try session.query(
            "SELECT \(part: StoredFile.columns) FROM hashdrop_files f WHERE f.user_id = \(account)"
        ) { StoredFile($0, failedBefore: limit) }
        return try files.reduce(into: Doomed()) { $0 += try remove($1, in: session) }
    }

    /// Deletes the files of all accounts.
    func removeEverything(in session: any SQLSession) throws -> Doomed {
        let limit = failureLimit(at: clock.now)
        let files = try session.query("SELECT \(part: StoredFile.columns) FROM hashdrop_files f") {
            StoredFile($0, failedBefore: limit)
        }
        return try files.reduce(into: Doomed()) { $0 += try remove($1, in: session) }
    }

    private func remove(_ file: StoredFile, in session: any SQLSession) throws -> Doomed {
        let doomed = try removeBytes(of: file, in: session)
        try session.execute("DELETE FROM hashdrop_files WHERE id = \(file.id)")
        try adjust(file.owner, bytes: -file.countedBytes, files: -1, in: session)
        return doomed
    }

    private func removeBytes(of file: StoredFile, in session: any SQLSession) throws -> Doomed {
        var doomed = Doomed()
        if let drop = file.drop { doomed.blobs = try drops.remove(drop, in: session) ?? [] }
        guard usesBucket, file.drop == nil else { return doomed }
        // Whoever holds the upload URL can bring the object back until that ends: it is erased at once and once more.
        let now = clock.now
        let last = file.createdAt.advanced(by: settings.uploadURLLife).advanced(by: Self.slowestUpload)
        try session.execute(
            """
            INSERT INTO hashdrop_doomed_objects (object_key, due_at, last_at)
            VALUES (\(file.key), \(now), \(max(now, last)))
            ON CONFLICT (object_key) DO UPDATE SET due_at = excluded.due_at, last_at = excluded.last_at
            """
        )
        doomed.objects.append(file.key)
        return doomed
    }

    // MARK: By time

    /// Makes a pending upload a failed one.
    func fail(_ file: StoredFile, in session: any SQLSession) throws -> Doomed {
        let doomed = try removeBytes(of: file, in: session)
        try session.execute(
            """
            UPDATE hashdrop_files SET status = 'failed', counted_bytes = 0, drop_id = NULL, updated_at = \(clock.now)
            WHERE id = \(file.id)
            """
        )
        try adjust(file.owner, bytes: -file.countedBytes, in: session)
        return doomed
    }

    /// Makes failed ones of the uploads that were not completed in time, as many as one transaction should hold.
    func failOverdue(at now: Timestamp, in session: any SQLSession) throws -> (count: Int, doomed: Doomed) {
        let limit = failureLimit(at: now)
        let files = try session.query(
            """
            SELECT \(part: StoredFile.columns) FROM hashdrop_files f
            WHERE f.status = 'pending' AND f.created_at <= \(limit) ORDER BY f.created_at LIMIT \(Self.batch)
            """
        ) { StoredFile($0, failedBefore: limit) }
        return (files.count, try files.reduce(into: Doomed()) { $0 += try fail($1, in: session) })
    }

    /// Does what time has made due: failing, forgetting failed uploads, forgetting the counts of past days.
    func tidy() async throws {
        let now = clock.now
        while true {
            let failed = try await drops.database.write { try failOverdue(at: now, in: $0) }
            await drops.erase(failed.doomed.blobs)
            let forgotten = try await forgetFailed(at: now)
            guard max(failed.count, forgotten) == Self.batch else { break }
        }
        let yesterday = Self.day(of: now) - 1
        _ = try await drops.database.write { session in
            try session.execute("DELETE FROM hashdrop_downloads WHERE day < \(yesterday)")
        }
    }

    private func forgetFailed(at now: Timestamp) async throws -> Int {
        let limit = now.advanced(by: .zero - settings.failedLife)
        return try await drops.database.write { session in
            let files = try session.query(
                """
                SELECT id, user_id FROM hashdrop_files
                WHERE status = 'failed' AND updated_at <= \(limit) ORDER BY updated_at LIMIT \(Self.batch)
                """
            ) { (FileID(stored: $0.text(0)), AccountID(stored: $0.text(1))) }
            for (id, owner) in files {
                try session.execute("DELETE FROM hashdrop_files WHERE id = \(id)")
                try adjust(owner, bytes: 0, files: -1, in: session)
            }
            return files.count
        }
    }
}
