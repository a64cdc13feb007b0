import CofferCore
import CofferHTTP

/// Everything that changes an upload that is still open.
extension FileStore {
    static let maxChunks = 10_000
    private static let maxAddresses = 64

    struct NewFile: Sendable {
        let drop: NewDrop
        let uploadPassword: TokenDigest
        let deletePasswordHash: String?
    }

    func insert(_ file: NewFile, from client: ClientAddress) async throws {
        try await drops.database.write { session in
            guard try drops.insert(file.drop, in: session) else { throw HushfileError.internalFault }
            try session.execute(
                """
                INSERT INTO hushfile_files (drop_id, upload_password, delete_password)
                VALUES (\(file.drop.id), \(file.uploadPassword), \(file.deletePasswordHash))
                """
            )
            try note(client, on: file.drop.id, in: session)
        }
        drops.expectSweep(at: file.drop.dueAt)
    }

    /// The file that a write is meant for, once the client has shown that it may write.
    ///
    /// The order of the checks is contract: unknown, finished, password.
    func writable(_ id: String, password: String?) async throws -> StoredFile {
        let file = try await find(id)
        return try Self.requireWritable(file, password: password)
    }

    /// - Throws: ``HushfileError/notInitiated``, ``HushfileError/isFinished``.
    func requireOpen(_ id: String) async throws {
        guard let file = try await find(id) else { throw HushfileError.notInitiated }
        guard !file.isFinished else { throw HushfileError.isFinished }
    }

    private static func requireWritable(_ file: StoredFile?, password: String?) throws -> StoredFile {
        guard let file else { throw HushfileError.notInitiated }
        guard !file.isFinished, let digest = file.uploadPassword else { throw HushfileError.isFinished }
        guard let password, TokenDigest(of: password).matches(digest) else { throw HushfileError.wrongUploadPassword }
        return file
    }

    /// The file again, inside the transaction that writes: a finish, delete or expiry that came first wins.
    private func stillWritable(_ file: StoredFile, at now: Timestamp, in session: any SQLSession) throws -> StoredFile {
        guard let current = try find(file.id, at: now, in: session), current.drop.id == file.drop.id else {
            throw HushfileError.notInitiated
        }
        guard !current.isFinished else { throw HushfileError.isFinished }
        return current
    }

    func setMetadata(_ bytes: [UInt8], of file: StoredFile, from client: ClientAddress) async throws {
        let now = clock.now
        try await drops.database.write { session in
            let file = try stillWritable(file, at: now, in: session)
            try session.execute("UPDATE hushfile_files SET metadata = \(bytes) WHERE drop_id = \(file.drop.id)")
            try accept(file, from: client, at: now, in: session)
        }
    }

    /// The bytes of all chunks but this one: what a new chunk comes on top of.
    func sizeBeside(_ index: Int64, in file: StoredFile) async throws -> Int64 {
        try await drops.database.read { try sizeBeside(index, in: file.drop.id, $0).size }
    }

    private func sizeBeside(
        _ index: Int64,
        in drop: DropID,
        _ session: any SQLSession
    ) throws -> (size: Int64, count: Int64) {
        let totals = try drops.table.totals(of: drop, in: session)
        let own = try drops.table.slot(index, of: drop, in: session)
        return (totals.size - (own?.size ?? 0), totals.count - (own == nil ? 0 : 1))
    }

    /// Records a chunk, in place of one that had its number, and ends its reservation.
    func setChunk(
        _ index: Int64,
        _ staged: StagedBlob,
        of file: StoredFile,
        _ claim: UploadReservations.Claim,
        from client: ClientAddress
    ) async throws {
        let now = clock.now
        let replaced = try await drops.claim(staged) { session in
            let file = try stillWritable(file, at: now, in: session)
            let others = try sizeBeside(index, in: file.drop.id, session)
            guard others.size + staged.blob.size <= Int64(settings.maxFileBytes) else {
                throw HushfileError.fileTooLarge(limit: settings.maxFileBytes)
            }
            guard others.count < Self.maxChunks else { throw HushfileError.tooManyChunks(limit: Self.maxChunks) }
            let replaced = try drops.attach(staged, to: file.drop.id, slot: index, in: session)
            try accept(file, from: client, at: now, in: session)
            // Before the row can be seen: whoever sums up stored and reserved bytes must not find these twice.
            claim.end()
            return replaced
        }
        if let replaced { await drops.erase([replaced]) }
    }

    /// Finishes an upload with the chunks listed; others are discarded.
    ///
    /// - Returns: the bytes of the listed chunks.
    func finish(_ file: StoredFile, chunks: [Int64], from client: ClientAddress) async throws -> Int64 {
        let now = clock.now
        let done = try await drops.database.write { session -> (size: Int64, doomed: [Blob]) in
            let file = try stillWritable(file, at: now, in: session)
            let uploaded = try Set(drops.table.slotIndexes(of: file.drop.id, in: session))
            let missing = chunks.filter { !uploaded.contains($0) }
            guard missing.isEmpty else { throw HushfileError.missingChunks(missing) }
            let surplus = uploaded.subtracting(chunks).sorted()
            let doomed = try drops.removeSlots(surplus, of: file.drop.id, in: session)
            guard try drops.makeReady(file.drop.id, in: session) else { throw HushfileError.isFinished }
            try session.execute("UPDATE hushfile_files SET upload_password = NULL WHERE drop_id = \(file.drop.id)")
            try note(client, on: file.drop.id, in: session)
            return (try drops.table.totals(of: file.drop.id, in: session).size, doomed)
        }
        await drops.erase(done.doomed)
        drops.expectSweep(at: file.drop.expiresAt)
        return done.size
    }

    /// What every accepted write does besides: the upload lives on, and its sender is listed.
    private func accept(
        _ file: StoredFile,
        from client: ClientAddress,
        at now: Timestamp,
        in session: any SQLSession
    ) throws {
        let idleEnd = now.advanced(by: settings.unfinishedLife)
        try drops.postpone(file.drop.id, until: min(idleEnd, file.drop.expiresAt ?? idleEnd), in: session)
        try note(client, on: file.drop.id, in: session)
    }

    /// Lists an address once, in the order of first sight, as long as there is room.
    private func note(_ client: ClientAddress, on drop: DropID, in session: any SQLSession) throws {
        let address = client.description
        try session.execute(
            """
            INSERT INTO hushfile_addresses (drop_id, position, address)
            SELECT \(drop), COUNT(*), \(address) FROM hushfile_addresses WHERE drop_id = \(drop)
            HAVING COUNT(*) < \(Self.maxAddresses)
            ON CONFLICT DO NOTHING
            """
        )
    }
}
