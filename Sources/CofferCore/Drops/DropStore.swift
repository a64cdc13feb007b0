/// The one lifecycle of everything that is shared, for every dialect.
///
/// Methods that take a session are steps of a caller's transaction; the others are whole operations. Each change of
/// state is a conditional statement whose row count decides, so that limits are exact under any concurrency.
package struct DropStore: Sendable {
    package let database: any Database
    package let table = DropTable()
    let blobTable = BlobTable()
    let blobs: any BlobStore
    let clock: any WallClock
    let random: any RandomSource
    let abandoned: AbandonedAdmissions
    let interrupted: InterruptedDownloads
    let alarm: SweeperAlarm

    package init(database: any Database, blobs: any BlobStore, clock: any WallClock, random: any RandomSource) {
        self.database = database
        self.blobs = blobs
        self.clock = clock
        self.random = random
        abandoned = AbandonedAdmissions()
        interrupted = InterruptedDownloads()
        alarm = SweeperAlarm()
    }

    package static let migrations = BlobTable.migrations + DropTable.migrations

    // MARK: Making

    /// Runs a transaction that gives staged bytes an owner; when it fails, the bytes are erased again.
    package func claim<Value: Sendable>(
        _ staged: StagedBlob,
        _ body: @escaping @Sendable (any SQLSession) throws -> Value
    ) async throws -> Value {
        do {
            return try await database.write(body)
        } catch {
            await blobs.erase(staged.blob)
            throw error
        }
    }

    /// Makes a drop.
    ///
    /// Call ``expectSweep(at:)`` with its due time after the transaction.
    ///
    /// - Returns: false when the name is taken.
    package func insert(_ drop: NewDrop, in session: any SQLSession) throws -> Bool {
        try table.insert(drop, in: session)
    }

    /// Puts staged bytes into a slot of a drop, in place of what the slot held before.
    ///
    /// - Returns: the replaced blob, to be erased after the transaction.
    package func attach(
        _ staged: StagedBlob,
        to drop: DropID,
        slot: Int64,
        in session: any SQLSession
    ) throws -> Blob? {
        try blobTable.insert(staged, in: session)
        let replaced = try detach(slot, of: drop, in: session)
        try session.execute(
            """
            INSERT INTO drop_slots (drop_id, slot, size, blob_key)
            VALUES (\(drop), \(slot), \(staged.blob.size), \(staged.blob.key))
            ON CONFLICT (drop_id, slot) DO UPDATE SET size = excluded.size, blob_key = excluded.blob_key
            """
        )
        return replaced
    }

    /// Removes slots whole.
    ///
    /// - Returns: their blobs, to be erased after the transaction.
    package func removeSlots(_ slots: [Int64], of drop: DropID, in session: any SQLSession) throws -> [Blob] {
        try slots.compactMap { slot in
            let blob = try detach(slot, of: drop, in: session)
            try session.execute("DELETE FROM drop_slots WHERE drop_id = \(drop) AND slot = \(slot)")
            return blob
        }
    }

    /// Moves a pending drop to `ready`, due when it expires.
    ///
    /// - Returns: false when it was not pending any more.
    package func makeReady(_ drop: DropID, in session: any SQLSession) throws -> Bool {
        try session.execute(
            """
            UPDATE drops SET state = 'ready', due_at = expires_at + linger_ms
            WHERE id = \(drop) AND state = 'pending'
            """
        ) == 1
    }

    /// Moves a pending drop to `ready` whose life begins only now.
    ///
    /// - Returns: when it is due; nil when it was not pending any more.
    package func makeReady(
        _ drop: DropID,
        createdAt: Timestamp,
        expiresAt: Timestamp,
        in session: any SQLSession
    ) throws -> Timestamp? {
        try session.first(
            """
            UPDATE drops
            SET state = 'ready', created_at = \(createdAt), expires_at = \(expiresAt), due_at = \(expiresAt) + linger_ms
            WHERE id = \(drop) AND state = 'pending' RETURNING due_at
            """
        ) { $0.time(0) }
    }

    /// Sets when the sweeper removes a pending drop, never to an earlier time; one that is due stays so.
    package func postpone(_ drop: DropID, until due: Timestamp, in session: any SQLSession) throws {
        try session.execute(
            """
            UPDATE drops SET due_at = \(due)
            WHERE id = \(drop) AND state = 'pending' AND due_at < \(due) AND due_at > \(clock.now)
            """
        )
    }

    /// Lets the sweeper remove pending drops from now on; `ids` is a query of them.
    package static func giveUp(pending ids: SQL, at now: Timestamp, in session: any SQLSession) throws {
        try session.execute("UPDATE drops SET due_at = \(now) WHERE state = 'pending' AND id IN (\(part: ids))")
    }

    // MARK: Removing

    /// Deletes a drop with all that belongs to it.
    ///
    /// - Returns: its blobs, to be erased after the transaction; nil when there is no such drop.
    package func remove(_ drop: DropID, in session: any SQLSession) throws -> [Blob]? {
        let keys = try session.query(
            "SELECT blob_key FROM drop_slots WHERE drop_id = \(drop) AND blob_key IS NOT NULL"
        ) { BlobKey($0.text(0)) }
        let blobs = try keys.compactMap { try $0.flatMap { try blobTable.delete($0, in: session) } }
        guard try session.execute("DELETE FROM drops WHERE id = \(drop)") == 1 else { return nil }
        return blobs
    }

    /// Deletes a drop and its bytes, durably.
    ///
    /// - Returns: false when there is no such drop, or somebody else was faster.
    package func delete(_ drop: DropID) async throws -> Bool {
        guard let doomed = try await database.write({ try remove(drop, in: $0) }) else { return false }
        await erase(doomed)
        return true
    }

    /// Erases blobs whose rows are gone.
    package func erase(_ doomed: [Blob]) async {
        let (blobs, width) = (blobs, blobs.eraseWidth)
        await withDiscardingTaskGroup { group in
            for lane in 0..<min(width, doomed.count) {
                group.addTask {
                    for index in stride(from: lane, to: doomed.count, by: width) { await blobs.erase(doomed[index]) }
                }
            }
        }
        if doomed.contains(where: { $0.seal != nil }) { alarm.noteForgottenKey() }
    }

    /// Erases blobs whose rows are gone, without waiting for the disk.
    func eraseSoon(_ doomed: [Blob]) {
        for blob in doomed { blobs.eraseSoon(blob) }
        if doomed.contains(where: { $0.seal != nil }) { alarm.noteForgottenKey() }
    }

    /// Tells the sweeper that a drop is due at this time.
    package func expectSweep(at due: Timestamp?) {
        if let due { alarm.expect(due) }
    }

    /// Takes the blob off a slot that is used up.
    func detach(_ slot: Int64, of drop: DropID, in session: any SQLSession) throws -> Blob? {
        let key = try session.first(
            "SELECT blob_key FROM drop_slots WHERE drop_id = \(drop) AND slot = \(slot) AND blob_key IS NOT NULL"
        ) { BlobKey($0.text(0)) }
        guard let key = key ?? nil else { return nil }
        return try blobTable.delete(key, in: session)
    }
}
