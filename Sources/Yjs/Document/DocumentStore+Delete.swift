extension DocumentStore {
    /// Deletes an item, and everything inside if it holds a type.
    mutating func delete(_ ref: ItemRef, _ transaction: inout Transaction) {
        guard !items[Int(ref)].isDeleted else { return }
        markDeleted(ref, &transaction)
        guard items[Int(ref)].kind == ContentRef.type else { return }
        var open = [items[Int(ref)].content]
        while let type = open.popLast() {
            var child = types[type].start
            while child != absent {
                deleteChild(child, &open, &transaction)
                child = items[Int(child)].right
            }
            // Overwritten values as well: they are deleted already, but turn into GCs that may fuse.
            for entry in types.map(of: type) {
                child = entry.last
                while child != absent {
                    deleteChild(child, &open, &transaction)
                    child = items[Int(child)].left
                }
            }
        }
    }

    private mutating func deleteChild(_ ref: ItemRef, _ open: inout [UInt32], _ transaction: inout Transaction) {
        let item = items[Int(ref)]
        guard !item.isDeleted else {
            // It turns into a GC together with its parent and may then fuse, although it is not deleted now.
            if item.clock < stateBefore(item.client, transaction) {
                transaction.fusible.append(Transaction.SlotID(slot: item.client, clock: item.clock))
            }
            return
        }
        markDeleted(ref, &transaction)
        if item.kind == ContentRef.type { open.append(item.content) }
    }

    private mutating func markDeleted(_ ref: ItemRef, _ transaction: inout Transaction) {
        items[Int(ref)].isDeleted = true
        let item = items[Int(ref)]
        transaction.deleted.append(
            ClientRange(client: UInt64(item.client), clock: item.clock, length: item.length)
        )
        transaction.noteChange(of: item.parent, key: item.parentSub)
    }

    /// Notes a new item that arrived as deleted content.
    mutating func noteDeletedContent(_ ref: ItemRef, _ transaction: inout Transaction) {
        markDeleted(ref, &transaction)
    }

    /// Deletes the known part of a range, splitting the items at its ends.
    ///
    /// - Returns: the part that is still unknown.
    mutating func delete(_ range: ClientRange, _ transaction: inout Transaction) -> ClientRange? {
        guard let slot = slot(of: range.client) else { return range }
        let state = clients[Int(slot)].nextClock
        guard range.clock < state else { return range }
        let end = min(range.end, state)
        var clock = range.clock
        while clock < end, let covering = find(slot, clock) {
            guard !items[Int(covering)].isDeleted else {
                clock = items[Int(covering)].end
                continue
            }
            guard let first = structStarting(slot, clock, &transaction) else { break }
            var ref = first
            if items[Int(ref)].end > end, let last = structEnding(slot, end - 1, &transaction) { ref = last }
            clock = items[Int(ref)].end
            delete(ref, &transaction)
        }
        guard state < range.end else { return nil }
        return ClientRange(client: range.client, clock: state, length: range.end - state)
    }
}
