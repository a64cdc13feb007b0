import CofferCore

/// The way of an upload from its beginning to its end.
extension FileStore {
    /// Begins an upload: takes room for it and records it as pending.
    ///
    /// - Throws: what ``reserve(for:in:)`` throws; nothing is recorded then.
    func begin(_ new: NewFile, of account: AccountID) async throws -> (id: FileID, key: ObjectKey) {
        let id = FileID(random: random)
        let key = keys.key(for: id, of: account)
        let now = clock.now
        let doomed = try await drops.database.write { session in
            // What has failed by now must not take room that this upload could have.
            let doomed = try failOverdue(at: now, in: session).doomed
            let position = try reserve(for: account, in: session)
            try session.execute(
                """
                INSERT INTO hashdrop_files (
                    id, user_id, position, object_key, file_name, mime_type, status, counted_bytes, created_at,
                    updated_at
                ) VALUES (
                    \(id), \(account), \(position), \(key), \(new.name), \(new.mimeType), 'pending',
                    \(settings.maxBytes), \(now), \(now)
                )
                """
            )
            return doomed
        }
        await drops.erase(doomed.blobs)
        return (id, key)
    }

    /// The upload under a key, if bytes may still come for it.
    func pending(_ key: ObjectKey) async throws -> StoredFile? {
        try await drops.database.read { try pending(key, in: $0) }
    }

    private func pending(_ key: ObjectKey, in session: any SQLSession) throws -> StoredFile? {
        let limit = failureLimit(at: clock.now)
        let file = try session.first(
            "SELECT \(part: StoredFile.columns) FROM hashdrop_files f WHERE f.object_key = \(key)"
        ) { StoredFile($0, failedBefore: limit) }
        return file?.status == .pending ? file : nil
    }

    /// Gives bytes to a pending upload, in place of those it had.
    ///
    /// - Returns: false when it is not pending any more; the bytes are erased then.
    func put(_ staged: StagedBlob, under key: ObjectKey) async throws -> Bool {
        do {
            let done = try await drops.claim(staged) { session -> (replaced: Blob?, due: Timestamp) in
                guard let file = try pending(key, in: session) else { throw PutRefused() }
                let due = file.createdAt.advanced(by: settings.pendingLife)
                let drop = try file.drop ?? makeDrop(of: file, due: due, in: session)
                return (try drops.attach(staged, to: drop, slot: 0, in: session), due)
            }
            if let replaced = done.replaced { await drops.erase([replaced]) }
            drops.expectSweep(at: done.due)
            return true
        } catch is PutRefused {
            return false
        }
    }

    private struct PutRefused: Error {}

    private func makeDrop(of file: StoredFile, due: Timestamp, in session: any SQLSession) throws -> DropID {
        let drop = NewDrop(
            id: DropID(random: random),
            name: DropName(space: Self.space, text: file.id.text),
            state: .pending,
            counting: .atEnd,
            createdAt: file.createdAt,
            expiresAt: nil,
            dueAt: due,
            maxDownloads: nil
        )
        guard try drops.insert(drop, in: session) else { throw HashdropError.internalFault }
        try session.execute("UPDATE hashdrop_files SET drop_id = \(drop.id) WHERE id = \(file.id)")
        return drop.id
    }

    // MARK: Completing

    /// An account's upload that is not complete yet.
    func pending(_ id: FileID, of account: AccountID) async throws -> StoredFile? {
        guard let file = try await find(id), file.owner == account, file.status == .pending else { return nil }
        return file
    }

    struct Completion: Sendable {
        /// Bytes as stored; nil when the object was too large and the upload has failed.
        let size: Int64?
        let doomed: Doomed
    }

    /// Completes an upload; of several callers only one does.
    ///
    /// `measured`: bytes of the object in a bucket; what lies with us is measured here.
    ///
    /// - Throws: ``HashdropError/fileNotFound`` when it is not pending or its bytes are not there, which leaves it as it
    ///   is.
    func complete(_ file: StoredFile, _ facts: FileFacts, measured: Int64?) async throws -> Completion {
        try await drops.database.write { session in
            guard let file = try find(file.id, in: session), file.status == .pending,
                let size = try measured ?? storedSize(of: file, in: session)
            else { throw HashdropError.fileNotFound }
            guard size <= settings.maxBytes else { return Completion(size: nil, doomed: try fail(file, in: session)) }
            try finish(file, facts, size: size, in: session)
            return Completion(size: size, doomed: Doomed())
        }
    }

    private func storedSize(of file: StoredFile, in session: any SQLSession) throws -> Int64? {
        guard let drop = file.drop else { return nil }
        return try drops.table.slot(0, of: drop, in: session)?.size
    }

    private func finish(_ file: StoredFile, _ facts: FileFacts, size: Int64, in session: any SQLSession) throws {
        let isFirst = try session.execute(
            """
            UPDATE hashdrop_files
            SET status = 'uploaded', counted_bytes = \(size), stored_bytes = \(size),
                plaintext_hash = \(facts.plaintextHash), plaintext_bytes = \(max(0, facts.plaintextBytes)),
                passphrase_salt = \(facts.passphraseSalt), updated_at = \(clock.now)
            WHERE id = \(file.id) AND status = 'pending'
            """
        )
        guard isFirst == 1 else { throw HashdropError.fileNotFound }
        if let drop = file.drop {
            guard try drops.makeReady(drop, in: session) else { throw HashdropError.fileNotFound }
        }
        try adjust(file.owner, bytes: size - file.countedBytes, in: session)
    }
}
