/// What one update or one edit changed.
public struct YChange: Sendable, Equatable {
    /// Units that are new in the document.
    public var inserted: [ClientRange] = []
    /// Units that were deleted, new ones among them.
    public var deleted: [ClientRange] = []
    /// Names of the root types in or below which something changed, sorted by UTF-16 code units.
    public var roots: [String] = []
    /// Whether something waits for missing predecessors.
    public var isIncomplete = false

    /// Whether the document is the same as before.
    public var isEmpty: Bool { inserted.isEmpty && deleted.isEmpty }
}

extension YDocument {
    /// Applies an update of version 1 or 2.
    ///
    /// - Parameter update: the update.
    /// - Returns: what changed.
    /// - Throws: ``YjsError`` if the update is malformed or exceeds a limit; the document is then unchanged.
    @discardableResult
    public mutating func apply(_ update: [UInt8]) throws(YjsError) -> YChange {
        try apply(ScannedUpdate(anyVersion: update, limits: limits))
    }

    mutating func apply(_ scan: ScannedUpdate) throws(YjsError) -> YChange {
        let added = scan.sources.reduce(0) { $0 + $1.count }
        guard store.byteCount + pending.bytes + added <= limits.maxDocumentBytes else {
            throw .documentTooLarge(limit: limits.maxDocumentBytes)
        }
        var transaction = store.begin()
        var waiting = pending
        do throws(YjsError) {
            try integrate(scan, &waiting, &transaction)
            try delete(scan.deletes, &waiting, &transaction)
            try waiting.check(limits)
        } catch {
            rollBack(&transaction)
            throw error
        }
        pending = waiting
        return commit(&transaction)
    }

    private mutating func integrate(
        _ scan: ScannedUpdate,
        _ waiting: inout PendingData,
        _ transaction: inout Transaction
    ) throws(YjsError) {
        if store.items.isEmpty {
            store.items.reserveCapacity(scan.records.count)
            store.arena.reserve(scan.sources.reduce(0) { $0 + $1.count })
        }
        var integrator = Integrator(scan, maxConflictSteps: limits.maxConflictSteps)
        try integrator.run(&store, &transaction)
        if let rest = integrator.rest(store) { waiting.add(rest.update, rest.count, integrator.missing) }
        guard waiting.mayAdvance(store, transaction) else { return }
        var all = ScannedUpdate()
        for update in waiting.updates { try all.add(update, limits: .unchecked) }
        var retry = Integrator(all, maxConflictSteps: limits.maxConflictSteps)
        try retry.run(&store, &transaction)
        waiting.clearStructs()
        if let rest = retry.rest(store) { waiting.add(rest.update, rest.count, retry.missing) }
    }

    private mutating func delete(
        _ ranges: [ClientRange],
        _ waiting: inout PendingData,
        _ transaction: inout Transaction
    ) throws(YjsError) {
        guard !ranges.isEmpty || !waiting.deletes.isEmpty else { return }
        var all = ranges + waiting.deletes
        DeleteSet.normalize(&all)
        waiting.deletes.removeAll()
        for range in all {
            if let unknown = store.delete(range, &transaction) { waiting.deletes.append(unknown) }
            try transaction.checkSteps(limits.maxConflictSteps)
        }
    }

    /// Ends a transaction and describes it.
    mutating func commit(_ transaction: inout Transaction) -> YChange {
        var change = YChange(isIncomplete: hasPendingData)
        for slot in transaction.grown {
            let list = store.clients[Int(slot)]
            let (clock, length) = (list.clockBefore, list.nextClock - list.clockBefore)
            change.inserted.append(ClientRange(client: store.clientIDs[Int(slot)], clock: clock, length: length))
        }
        let names = Set(store.rootNames(of: transaction.changedTypes).map { Array($0.utf8) })
        change.roots = names.map { String(decoding: $0, as: UTF8.self) }.sorted(by: UTF8Text.precedesByUTF16)
        store.finish(&transaction)
        change.deleted = transaction.deleted.map {
            ClientRange(client: store.clientIDs[Int($0.client)], clock: $0.clock, length: $0.length)
        }
        return change
    }

    /// Undoes a transaction that is not finished.
    ///
    /// Nothing but splits is undone by fusing; otherwise the state before is written out and read again, which is slow
    /// but keeps no notes in the normal case.
    mutating func rollBack(_ transaction: inout Transaction) {
        let pairs = transaction.dividedPairs.map { pair in
            (YID(client: store.clientIDs[Int(pair.right.slot)], clock: pair.right.clock), pair.bytes)
        }
        restore(&transaction)
        for (right, bytes) in pairs { store.mend(right, bytes) }
    }

    private mutating func restore(_ transaction: inout Transaction) {
        guard !transaction.grown.isEmpty || !transaction.deleted.isEmpty else {
            store.finish(&transaction)
            return
        }
        let before = store.encode(before: transaction)
        var fresh = YDocument(collectsGarbage: store.collectsGarbage, limits: .unchecked)
        guard (try? fresh.apply(before)) != nil else { return }
        store = fresh.store
    }
}
