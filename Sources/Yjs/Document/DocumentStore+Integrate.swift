/// Where the next struct of a client belongs, and what integrating it may cost.
struct Integration {
    let client: UInt64
    /// The client's slot, if it has one.
    let slot: UInt32?
    /// The client's next clock.
    let state: UInt64
    let maxConflictSteps: Int
}

extension DocumentStore {
    /// Where an item goes, once its neighbours are known.
    struct Place {
        var left = absent
        var right = absent
        var parent = absent
        var parentSub = absent
    }

    /// The ids in an item's header, with slots instead of clients.
    private struct Neighbours {
        var origin: Transaction.SlotID?
        var rightOrigin: Transaction.SlotID?
        var parent: Transaction.SlotID?
    }

    /// Adds a struct that starts at its client's state or before and ends after it.
    ///
    /// - Returns: the id that must be known first; `nil` if the struct is integrated.
    mutating func integrate(
        _ record: StructRecord,
        from sources: [[UInt8]],
        _ integration: Integration,
        _ transaction: inout Transaction
    ) throws(YjsError) -> YID? {
        let state = integration.state
        let rest = record.endClock - state
        if record.isGC {
            let slot = integration.slot ?? ensureSlot(of: integration.client)
            appendGC(slot, clock: state, length: rest, &transaction)
            return nil
        }
        let range = Int(record.offset) + 1..<Int(record.end)
        var decoder = Lib0Decoder(sources[Int(record.source)], range)
        var header = try decoder.readItemHeader(info: record.info)
        var near = Neighbours()
        let cut = state - record.clock
        // What is left of a struct whose first units are known has the last of them as its origin.
        if cut > 0 { header.origin = nil }
        if let missing = locate(header, integration, &near) { return missing }
        let slot = integration.slot ?? ensureSlot(of: integration.client)
        let start = Transaction.SlotID(slot: slot, clock: state)
        guard let place = place(header, near, cutAt: cut > 0 ? start : nil, decoder.bytes, &transaction) else {
            appendGC(slot, clock: state, length: rest, &transaction)
            return nil
        }
        guard transaction.conflictSteps <= integration.maxConflictSteps else {
            throw .integrationTooExpensive(limit: integration.maxConflictSteps)
        }
        var item = Item(clock: state, length: rest, client: slot, kind: record.ref)
        item.parent = place.parent
        item.parentSub = place.parentSub
        setOrigins(of: &item, near, isCut: cut > 0)
        let (left, right) = try settle(item, place, maxSteps: integration.maxConflictSteps, &transaction)
        try readContent(&decoder, into: &item, cut: cut)
        link(item, between: left, right, &transaction)
        return nil
    }

    mutating func appendGC(_ slot: UInt32, clock: UInt64, length: UInt64, _ transaction: inout Transaction) {
        let gc = Item(clock: clock, length: length, client: slot, kind: ContentRef.gc, isDeleted: true)
        append(addItem(gc), &transaction)
        transaction.arrivedAsGC.append(ClientRange(client: UInt64(slot), clock: clock, length: length))
    }

    /// Finds the slots of neighbours and parent.
    ///
    /// - Returns: the first of them that another client made and that is unknown.
    private func locate(_ header: ItemHeader, _ integration: Integration, _ near: inout Neighbours) -> YID? {
        func locate(_ id: YID) -> Transaction.SlotID? {
            // Whatever a struct names of its own client lies before it and is known.
            let isOwn = id.client == integration.client
            guard let slot = isOwn ? integration.slot : slot(of: id.client),
                isOwn || id.clock < clients[Int(slot)].nextClock
            else { return nil }
            return Transaction.SlotID(slot: slot, clock: id.clock)
        }
        if let origin = header.origin {
            near.origin = locate(origin)
            if near.origin == nil { return origin }
        }
        if let right = header.rightOrigin {
            near.rightOrigin = locate(right)
            if near.rightOrigin == nil { return right }
        }
        if case .item(let parent) = header.parent {
            near.parent = locate(parent)
            if near.parent == nil { return parent }
        }
        return nil
    }

    /// Finds neighbours and parent.
    ///
    /// - Returns: `nil` if one of them is gone, so that a GC takes the item's place.
    private mutating func place(
        _ header: ItemHeader,
        _ near: Neighbours,
        cutAt cut: Transaction.SlotID?,
        _ source: [UInt8],
        _ transaction: inout Transaction
    ) -> Place? {
        var place = Place()
        // The right one first: a hostile pair may lie in one item in the wrong order.
        if let right = near.rightOrigin {
            place.right = structStarting(right.slot, right.clock, &transaction) ?? absent
        }
        if let cut {
            place.left = find(cut.slot, cut.clock - 1) ?? absent
            if place.left == absent { return nil }
        } else if let origin = near.origin {
            place.left = structEnding(origin.slot, origin.clock, &transaction) ?? absent
        }
        if place.left != absent, items[Int(place.left)].isGC { return nil }
        if place.right != absent, items[Int(place.right)].isGC { return nil }
        switch header.parent {
        case .inherited:
            let neighbour = place.left != absent ? place.left : place.right
            guard neighbour != absent else { return nil }
            place.parent = items[Int(neighbour)].parent
            place.parentSub = items[Int(neighbour)].parentSub
        case .root(let name): place.parent = ensureRoot(source[name])
        case .item:
            guard let id = near.parent, let ref = find(id.slot, id.clock),
                items[Int(ref)].kind == ContentRef.type
            else { return nil }
            place.parent = items[Int(ref)].content
        }
        if let sub = header.parentSub { place.parentSub = keys.intern(source[sub]) }
        return place
    }

    private func setOrigins(of item: inout Item, _ near: Neighbours, isCut: Bool) {
        if isCut {
            item.originClient = item.client
            item.originClock = item.clock - 1
        } else if let origin = near.origin {
            item.originClient = origin.slot
            item.originClock = origin.clock
        }
        if let right = near.rightOrigin {
            item.rightOriginClient = right.slot
            item.rightOriginClock = right.clock
        }
    }

    /// Links a new item between two neighbours; without a left one it becomes the head of its list or key.
    mutating func link(_ new: Item, between left: ItemRef, _ right: ItemRef, _ transaction: inout Transaction) {
        var item = new
        item.left = left
        item.right = right
        let ref = addItem(item)
        if item.kind == ContentRef.type { types[item.content].item = ref }
        if left != absent {
            items[Int(left)].right = ref
        } else if item.parentSub == absent {
            types[item.parent].start = ref
        }
        if item.right != absent {
            items[Int(item.right)].left = ref
        } else if item.parentSub != absent {
            types.setLast(item.parent, item.parentSub, ref)
            if left != absent { delete(left, &transaction) }
        }
        append(ref, &transaction)
        transaction.noteChange(of: item.parent, key: item.parentSub)
        if item.kind == ContentRef.deleted { noteDeletedContent(ref, &transaction) }
        let holder = types[item.parent].item
        let isInDeleted = holder != absent && items[Int(holder)].isDeleted
        if isInDeleted || (item.parentSub != absent && item.right != absent) { delete(ref, &transaction) }
    }
}
