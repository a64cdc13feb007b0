extension YDocument {
    /// Applies an update of version 1 or 2.
    ///
    /// - Parameter update: the update.
    /// - Returns: what changed.
    /// - Throws: ``YjsError`` if the update is malformed or exceeds a limit; the document is then unchanged.
    @discardableResult
    public mutating func apply(_ update: [UInt8]) throws(YjsError) -> YChange {
        let scan = try ScannedUpdate(anyVersion: update, limits: limits)
        var transaction = try begin(scan)
        return commit(&transaction)
    }

    /// Applies an update of version 1 or 2 and answers with what to pass on.
    ///
    /// What was known before is left out of that update, and what waited for this one is in it. Data that waits now
    /// will be in the update of whatever it waits for.
    ///
    /// - Parameter update: the update.
    /// - Returns: the update to send to everybody else, and what changed.
    /// - Throws: ``YjsError`` if the update is malformed or exceeds a limit; the document is then unchanged.
    public mutating func applyToPassOn(_ update: [UInt8]) throws(YjsError) -> YCommit {
        let scan = try ScannedUpdate(anyVersion: update, limits: limits)
        var transaction = try begin(scan)
        let change = commit(&transaction)
        return YCommit(update: store.encode(transaction), change: change)
    }

    /// Applies a state to an empty document; nobody asks what changed.
    mutating func load(_ state: [UInt8], limits: YLimits) throws(YjsError) {
        let scan = try ScannedUpdate(anyVersion: state, limits: limits)
        var transaction = try begin(scan, isDescribed: false)
        store.finish(&transaction)
        store.arena.trim()
    }

    /// Brings an update into the store; the transaction must be finished.
    private mutating func begin(_ scan: ScannedUpdate, isDescribed: Bool = true) throws(YjsError) -> Transaction {
        // The bytes of version 1: those of version 2 may stand for many more.
        try checkSize(adding: scan.sources.reduce(0) { $0 + $1.count })
        var transaction = store.begin()
        transaction.isDescribed = isDescribed
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
        return transaction
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
        change.keys = store.changedKeys(transaction)
        for slot in transaction.grown {
            let list = store.clients[Int(slot)]
            let (clock, length) = (list.clockBefore, list.nextClock - list.clockBefore)
            change.inserted.append(ClientRange(client: store.clientIDs[slot], clock: clock, length: length))
        }
        change.roots = store.rootNames(above: transaction.changedTypes)
        store.finish(&transaction)
        change.deleted = transaction.deleted.map {
            ClientRange(client: store.clientIDs[UInt32($0.client)], clock: $0.clock, length: $0.length)
        }
        return change
    }

    /// Undoes a transaction that is not finished.
    ///
    /// Nothing but splits is undone by fusing; otherwise the state before is written out and read again, which is slow
    /// but keeps no notes in the normal case.
    mutating func rollBack(_ transaction: inout Transaction) {
        let isUntouched = transaction.grown.isEmpty && transaction.deleted.isEmpty && transaction.dividedPairs.isEmpty
        guard !isUntouched else {
            store.finish(&transaction)
            return
        }
        let before = store.encode(before: transaction)
        var fresh = YDocument(collectsGarbage: store.collectsGarbage, limits: .unchecked)
        guard (try? fresh.load(before, limits: .unchecked)) != nil else { return }
        fresh.store.restore(transaction.dividedPairs, store.clientIDs)
        store = fresh.store
    }
}
