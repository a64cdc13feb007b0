/// What the sweeper asks of the store.
extension DropStore {
    /// Removes drops that are due.
    ///
    /// - Returns: how many; fewer than `most` means that none is left.
    func removeDue(at now: Timestamp, most: Int) async throws -> Int {
        let removed = try await database.write { session -> (count: Int, blobs: [Blob]) in
            let due = try session.query(
                "SELECT id FROM drops WHERE due_at <= \(now) ORDER BY due_at LIMIT \(most)"
            ) { DropID(stored: $0.text(0)) }
            return (due.count, try due.flatMap { try remove($0, in: session) ?? [] })
        }
        await erase(removed.blobs)
        return removed.count
    }

    /// When the next drop is due, or the next interrupted download gives its place back; nil when none ever is.
    func nextDue() async throws -> Timestamp? {
        let due = try await database.read { session in
            try session.first("SELECT due_at FROM drops WHERE due_at IS NOT NULL ORDER BY due_at LIMIT 1") {
                $0.time(0)
            }
        }
        return [due, interrupted.nextEnd].compactMap(\.self).min()
    }

    /// Ends the interrupted downloads that nobody came back for.
    func releaseInterrupted(at now: Timestamp) async throws {
        var failure: (any Error)?
        for admission in interrupted.takeEnded(at: now) {
            // One that cannot be released now is released later; dropped, it would give its use back.
            do { try await release(admission) } catch { failure = failure ?? error }
        }
        if let failure { throw failure }
    }

    /// Frees the places that readers of an earlier process held, and ends the drops that waited for them.
    func forgetReaders() async throws {
        let doomed = try await database.write { session -> [Blob] in
            try session.execute("UPDATE drop_slots SET holds = 0 WHERE holds > 0")
            let burned = try session.query("SELECT id FROM drops WHERE state = 'burned'") {
                DropID(stored: $0.text(0))
            }
            return try burned.compactMap { try table.find($0, in: session) }.flatMap { drop in
                drop.linger > .zero
                    ? try emptyUnheldSlots(of: drop, in: session) : try remove(drop.id, in: session) ?? []
            }
        }
        await erase(doomed)
    }

    /// Removes stored bytes that no row knows and that an earlier process had ordered.
    func removeStragglers() async throws -> Int {
        try await blobs.removeStragglers { prefix in
            try await database.read { try blobTable.storedKeys(withPrefix: prefix, in: $0) }
        }
    }

    /// Removes stored bytes that no row knows, and counts rows whose bytes are gone.
    func reconcile(before limit: Timestamp) async throws -> Reconciliation {
        try await blobs.reconcile(unclaimedBefore: limit) { prefix in
            try await database.read { try blobTable.storedKeys(withPrefix: prefix, in: $0) }
        }
    }
}
