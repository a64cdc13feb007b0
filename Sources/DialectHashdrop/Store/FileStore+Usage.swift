import CofferCore

/// What accounts have stored and reserved.
///
/// Each change of a row's counted bytes is mirrored in the same transaction by one of these steps.
extension FileStore {
    /// Takes room for one more upload, as large as the largest.
    ///
    /// Two conditional statements decide, that of all accounts first. An account that is at its limit may not begin
    /// another upload, but the one before may pass it: limits are compared before an upload is counted.
    ///
    /// - Returns: the position of the upload among those of its account.
    /// - Throws: ``HashdropError/totalLimitReached``, ``HashdropError/storageLimitReached``, and
    ///   ``HashdropError/invalidToken`` when the account is gone.
    func reserve(for account: AccountID, in session: any SQLSession) throws -> Int64 {
        let room = settings.maxBytes
        let isOpen = try session.execute(
            """
            UPDATE hashdrop_totals SET bytes = bytes + \(room) WHERE id = 1 AND bytes <= \(settings.totalQuotaBytes)
            """
        )
        guard isOpen == 1 else { throw HashdropError.totalLimitReached }
        let position = try session.first(
            """
            INSERT INTO hashdrop_usage (user_id, bytes, files, last_position)
            SELECT id, \(room), 1, 1 FROM hashdrop_users WHERE id = \(account)
            ON CONFLICT (user_id) DO UPDATE SET
                bytes = hashdrop_usage.bytes + \(room), files = hashdrop_usage.files + 1,
                last_position = hashdrop_usage.last_position + 1
            WHERE hashdrop_usage.bytes <= \(settings.userQuotaBytes) AND hashdrop_usage.files <= \(settings.userFiles)
            RETURNING last_position
            """
        ) { $0.integer(0) }
        if let position { return position }
        let isThere = try session.first("SELECT 1 FROM hashdrop_users WHERE id = \(account)") { _ in true }
        throw isThere == true ? HashdropError.storageLimitReached : HashdropError.invalidToken
    }

    /// Corrects what an account has by so many bytes and records.
    func adjust(_ account: AccountID, bytes: Int64, files: Int64 = 0, in session: any SQLSession) throws {
        try session.execute("UPDATE hashdrop_totals SET bytes = bytes + \(bytes) WHERE id = 1")
        try session.execute(
            """
            UPDATE hashdrop_usage SET bytes = bytes + \(bytes), files = files + \(files) WHERE user_id = \(account)
            """
        )
    }

    /// Adds up everything anew, in case rows went that nobody told us of.
    func recount() async throws {
        try await drops.database.write { session in
            try session.execute(
                """
                UPDATE hashdrop_usage SET
                    bytes = (
                        SELECT COALESCE(SUM(f.counted_bytes), 0) FROM hashdrop_files f
                        WHERE f.user_id = hashdrop_usage.user_id
                    ),
                    files = (SELECT COUNT(*) FROM hashdrop_files f WHERE f.user_id = hashdrop_usage.user_id)
                """
            )
            try session.execute(
                """
                UPDATE hashdrop_totals SET bytes = (SELECT COALESCE(SUM(counted_bytes), 0) FROM hashdrop_files)
                WHERE id = 1
                """
            )
        }
    }
}
