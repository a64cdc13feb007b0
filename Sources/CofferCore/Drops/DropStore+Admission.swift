/// Who may read, and what that costs.
extension DropStore {
    /// Opens a slot's bytes and asks for admission: the reader is there before anything is counted.
    ///
    /// The order matters. Once admitted, nothing may take the bytes away, neither expiry nor the last use by somebody
    /// else; an open reader guarantees that.
    ///
    /// - Returns: nil when the slot has no bytes any more; the last reader may take them away at any moment.
    /// - Throws: ``BlobError/missing`` when the store lost bytes that have a row, ``StorageError``; nothing is counted.
    package func open(
        _ slot: DropSlot,
        of drop: Drop
    ) async throws -> (reader: any BlobReader, result: AdmissionResult)? {
        guard let blob = slot.blob else { return nil }
        let reader: any BlobReader
        do {
            reader = try await blobs.openReader(blob)
        } catch BlobError.missing {
            let now = try await database.read { try table.slot(slot.index, of: drop.id, in: $0) }
            guard now?.blob == nil else { throw BlobError.missing }
            return nil
        }
        do {
            return (reader, try await admit(drop, slot: slot.index))
        } catch {
            reader.close()
            throw error
        }
    }

    /// One more reader, if the drop is ready, has not expired, and its limit allows it: one atomic step.
    func admit(_ drop: Drop, slot: Int64) async throws -> AdmissionResult {
        let now = clock.now
        guard drop.state != .pending, !drop.isGone(at: now), !drop.isExpired(at: now) else { return .missing }
        if drop.maxDownloads == nil, drop.counting == .atEnd {
            // Nothing to hold: whoever opened the bytes in time may read them.
            return .admitted(admission(drop, slot, isHeld: false, served: 0))
        }
        let limit = drop.maxDownloads ?? .max
        let outcome = try await database.write { session -> Outcome in
            guard let row = try table.find(drop.id, in: session), !row.isGone(at: now) else { return .missing }
            guard row.state == .ready,
                let served = try take(slot, of: row.id, counting: row.counting, limit: limit, in: session)
            else { return .exhausted }
            if row.counting == .atStart { try burnIfUsedUp(row.id, limit: limit, in: session) }
            return .taken(served: served)
        }
        switch outcome {
        case .missing: return .missing
        case .exhausted: return .exhausted
        case .taken(let served): return .admitted(admission(drop, slot, isHeld: true, served: served))
        }
    }

    private enum Outcome: Sendable {
        case missing, exhausted
        case taken(served: Int64)
    }

    private func admission(_ drop: Drop, _ slot: Int64, isHeld: Bool, served: Int64) -> Admission {
        let ticket = Admission.Ticket(drop: drop.id, slot: slot, counting: drop.counting, isHeld: isHeld)
        return Admission(ticket: ticket, served: served) { [abandoned] in abandoned.add($0, refund: true) }
    }

    /// - Returns: the downloads that count from now on; nil when there is no room.
    private func take(
        _ slot: Int64,
        of drop: DropID,
        counting: Drop.Counting,
        limit: Int64,
        in session: any SQLSession
    ) throws -> Int64? {
        switch counting {
        case .atStart:
            try session.first(
                """
                UPDATE drop_slots SET served = served + 1, holds = holds + 1
                WHERE drop_id = \(drop) AND slot = \(slot) AND served < \(limit) AND blob_key IS NOT NULL
                RETURNING served
                """
            ) { $0.integer(0) }
        case .atEnd:
            try session.first(
                """
                UPDATE drop_slots SET holds = holds + 1
                WHERE drop_id = \(drop) AND slot = \(slot) AND served + holds < \(limit) AND blob_key IS NOT NULL
                RETURNING served
                """
            ) { $0.integer(0) }
        }
    }

    /// Counts a download of a drop that counts at the end; call it before the last bytes are sent, and send them after.
    ///
    /// - Returns: false when the drop was removed meanwhile; the admitted reader may finish all the same.
    @discardableResult
    package func count(_ admission: Admission) async throws -> Bool {
        guard admission.settle() else { return false }
        let ticket = admission.ticket
        do {
            let outcome = try await database.write { session -> (isCounted: Bool, doomed: [Blob]) in
                let counted = try session.execute(
                    """
                    UPDATE drop_slots SET served = served + 1, holds = holds - \(ticket.isHeld ? 1 : 0)
                    WHERE drop_id = \(ticket.drop) AND slot = \(ticket.slot)
                    """
                )
                return counted == 1 ? (true, try settle(ticket, in: session)) : (false, [])
            }
            eraseSoon(outcome.doomed)
            return outcome.isCounted
        } catch {
            // The place must come free once the database works again.
            abandoned.add(ticket, refund: true)
            throw error
        }
    }

    /// Ends an admission whose bytes have left, or of which only some did.
    ///
    /// `refund`: gives the use back, for transfers that failed through no fault of the reader.
    package func release(_ admission: Admission, refund: Bool = false) async throws {
        guard admission.settle() else { return }
        do {
            try await release(admission.ticket, refund: refund)
        } catch {
            abandoned.add(admission.ticket, refund: refund)
            throw error
        }
    }

    func release(_ ticket: Admission.Ticket, refund: Bool) async throws {
        guard ticket.isHeld else { return }
        let givenBack = refund && ticket.counting == .atStart
        let doomed = try await database.write { session -> [Blob] in
            let released = try session.execute(
                """
                UPDATE drop_slots SET holds = holds - 1, served = served - \(givenBack ? 1 : 0)
                WHERE drop_id = \(ticket.drop) AND slot = \(ticket.slot) AND holds > 0
                """
            )
            guard released == 1 else { return [] }
            if givenBack {
                try session.execute("UPDATE drops SET state = 'ready' WHERE id = \(ticket.drop) AND state = 'burned'")
            }
            return try settle(ticket, in: session)
        }
        eraseSoon(doomed)
    }

    /// Draws the consequences of a slot that was just counted or released: a used-up slot loses its bytes with its
    /// last reader, a used-up drop goes with its last reader, and a partly used one drains.
    private func settle(_ ticket: Admission.Ticket, in session: any SQLSession) throws -> [Blob] {
        guard let drop = try table.find(ticket.drop, in: session), let limit = drop.maxDownloads else { return [] }
        let isUsedUp = try session.first(
            """
            SELECT 1 FROM drop_slots
            WHERE drop_id = \(drop.id) AND slot = \(ticket.slot) AND served >= \(limit) AND holds = 0
            """
        ) { _ in true }
        guard isUsedUp != nil else { return [] }
        if try burnIfUsedUp(drop.id, limit: limit, in: session) {
            return drop.linger > .zero
                ? try emptyUnheldSlots(of: drop, in: session) : try removeIfUnheld(drop.id, in: session) ?? []
        }
        let blob = try detach(ticket.slot, of: drop.id, in: session)
        try drain(drop.id, in: session)
        return blob.map { [$0] } ?? []
    }

    /// - Returns: true when every slot is used up; the drop is `burned` then.
    @discardableResult
    private func burnIfUsedUp(_ drop: DropID, limit: Int64, in session: any SQLSession) throws -> Bool {
        let left = try session.first(
            "SELECT 1 FROM drop_slots WHERE drop_id = \(drop) AND served < \(limit) LIMIT 1"
        ) { _ in true }
        guard left == nil else { return false }
        try session.execute("UPDATE drops SET state = 'burned' WHERE id = \(drop)")
        return true
    }

    /// Takes the bytes off a used-up drop whose record lingers.
    func emptyUnheldSlots(of drop: Drop, in session: any SQLSession) throws -> [Blob] {
        let end = clock.now.advanced(by: drop.linger)
        try session.execute(
            "UPDATE drops SET due_at = \(end) WHERE id = \(drop.id) AND (due_at IS NULL OR due_at > \(end))"
        )
        // Waking the sweeper early is harmless, so it does not matter whether this transaction commits.
        expectSweep(at: end)
        let slots = try session.query(
            "SELECT slot FROM drop_slots WHERE drop_id = \(drop.id) AND holds = 0 AND blob_key IS NOT NULL"
        ) { $0.integer(0) }
        return try slots.compactMap { try detach($0, of: drop.id, in: session) }
    }

    func removeIfUnheld(_ drop: DropID, in session: any SQLSession) throws -> [Blob]? {
        let held = try session.first(
            "SELECT 1 FROM drop_slots WHERE drop_id = \(drop) AND holds > 0 LIMIT 1"
        ) { _ in true }
        return held == nil ? try remove(drop, in: session) : nil
    }

    private func drain(_ drop: DropID, in session: any SQLSession) throws {
        let due = try session.first(
            """
            UPDATE drops SET due_at = \(clock.now) + drain_ms
            WHERE id = \(drop) AND drain_ms IS NOT NULL AND (due_at IS NULL OR due_at > \(clock.now) + drain_ms)
            RETURNING due_at
            """
        ) { $0.time(0) }
        // Waking the sweeper early is harmless, so it does not matter whether this transaction commits.
        expectSweep(at: due)
    }
}
