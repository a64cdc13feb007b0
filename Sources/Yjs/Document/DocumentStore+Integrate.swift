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
        let cut = state - record.clock
        // What is written of an item without its first units: the unit before is all that it follows.
        if cut > 0 {
            let before = YID(client: integration.client, clock: state - 1)
            header = ItemHeader(origin: before, rightOrigin: header.rightOrigin)
        }
        var near = Neighbours()
        if let missing = locate(header, integration, &near) { return missing }
        let slot = integration.slot ?? ensureSlot(of: integration.client)
        let place = place(header, near, decoder.bytes, &transaction)
        try transaction.checkSteps(integration.maxConflictSteps)
        guard let place else {
            appendGC(slot, clock: state, length: rest, &transaction)
            return nil
        }
        var item = Item(clock: state, length: rest, client: slot, kind: record.ref)
        item.parent = place.parent
        item.parentSub = place.parentSub
        setOrigins(of: &item, near)
        let (left, right) = try settle(item, place, maxSteps: integration.maxConflictSteps, &transaction)
        try readContent(&decoder, into: &item, cut: cut)
        link(item, between: left, right, &transaction)
        if item.parentSub != absent, item.length > 1 { keepLastUnit(of: item, &transaction) }
        return nil
    }

    /// Deletes all but the last unit of a map value, which alone is read.
    ///
    /// Nobody but an attacker writes several units under a key. A later cut would make the left part an overwritten
    /// value that lives, and only who has seen the cut would know.
    private mutating func keepLastUnit(of item: Item, _ transaction: inout Transaction) {
        guard let ref = find(item.client, item.clock), !items[Int(ref)].isDeleted else { return }
        _ = structStarting(item.client, item.end - 1, &transaction)
        delete(ref, &transaction)
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
        _ source: [UInt8],
        _ transaction: inout Transaction
    ) -> Place? {
        var place = Place()
        // The right one first: a hostile pair may lie in one item in the wrong order.
        if let right = near.rightOrigin {
            place.right = structStarting(right.slot, right.clock, &transaction) ?? absent
        }
        if let origin = near.origin {
            place.left = structEnding(origin.slot, origin.clock, &transaction) ?? absent
        }
        if place.left != absent, items[Int(place.left)].isGC { return nil }
        if place.right != absent, items[Int(place.right)].isGC { return nil }
        if place.left != absent, place.right != absent, !areInOneList(place.left, place.right) { return nil }
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

    /// Whether two items belong to the same list or key; the neighbours of an honest item always do.
    ///
    /// Once the list of one of them is deleted, an item between them could not be read again.
    private func areInOneList(_ one: ItemRef, _ other: ItemRef) -> Bool {
        items[Int(one)].parent == items[Int(other)].parent && items[Int(one)].parentSub == items[Int(other)].parentSub
    }

    private func setOrigins(of item: inout Item, _ near: Neighbours) {
        if let origin = near.origin {
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
        noteNames(of: item)
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
