extension DocumentStore {
    /// Where an item goes, once its neighbours are known.
    private struct Place {
        var left: ItemRef
        var right: ItemRef
        var parent: UInt32
        var parentSub: UInt32
    }

    /// Adds a struct that starts at its client's state or before and ends after it.
    ///
    /// - Returns: the id that must be known first; `nil` if the struct is integrated.
    mutating func integrate(
        _ record: StructRecord,
        of client: UInt64,
        from source: [UInt8],
        maxConflictSteps: Int,
        _ transaction: inout Transaction
    ) throws(YjsError) -> YID? {
        let state = state(of: client)
        if record.isGC {
            let slot = ensureSlot(of: client)
            appendGC(slot, clock: state, length: record.endClock - state, &transaction)
            return nil
        }
        var decoder = Lib0Decoder(source, Int(record.offset) + 1..<Int(record.end))
        var header = try decoder.readItemHeader(info: record.info)
        let cut = state - record.clock
        // What is written of an item without its first units: the unit before is all that it follows.
        if cut > 0 {
            header = ItemHeader(origin: YID(client: client, clock: state - 1), rightOrigin: header.rightOrigin)
        }
        if let missing = missing(header, for: client) { return missing }
        let slot = ensureSlot(of: client)
        guard let place = place(header, source, &transaction) else {
            appendGC(slot, clock: state, length: record.endClock - state, &transaction)
            return nil
        }
        var item = Item(clock: state, length: record.length - cut, client: slot, kind: record.ref)
        item.parent = place.parent
        item.parentSub = place.parentSub
        setOrigins(of: &item, header)
        let left = try settle(item, place, maxSteps: maxConflictSteps, &transaction)
        try readContent(&decoder, into: &item, cut: cut)
        link(item, after: left, &transaction)
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

    /// The first of the neighbours and the parent that another client made and that is unknown.
    private func missing(_ header: ItemHeader, for client: UInt64) -> YID? {
        func isMissing(_ id: YID) -> Bool { id.client != client && id.clock >= state(of: id.client) }
        if let origin = header.origin, isMissing(origin) { return origin }
        if let right = header.rightOrigin, isMissing(right) { return right }
        if case .item(let parent) = header.parent, isMissing(parent) { return parent }
        return nil
    }

    /// Finds neighbours and parent.
    ///
    /// - Returns: `nil` if one of them is gone, so that a GC takes the item's place.
    private mutating func place(
        _ header: ItemHeader,
        _ source: [UInt8],
        _ transaction: inout Transaction
    ) -> Place? {
        var place = Place(left: absent, right: absent, parent: absent, parentSub: absent)
        // The right one first: a hostile pair may lie in one item in the wrong order.
        if let right = header.rightOrigin, let rightSlot = self.slot(of: right.client) {
            place.right = structStarting(rightSlot, right.clock, &transaction) ?? absent
        }
        if let origin = header.origin, let originSlot = self.slot(of: origin.client) {
            place.left = structEnding(originSlot, origin.clock, &transaction) ?? absent
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
        case .item(let id):
            guard let ref = find(id), items[Int(ref)].kind == ContentRef.type else { return nil }
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

    private func setOrigins(of item: inout Item, _ header: ItemHeader) {
        if let origin = header.origin, let slot = slot(of: origin.client) {
            item.originClient = slot
            item.originClock = origin.clock
        }
        if let right = header.rightOrigin, let slot = slot(of: right.client) {
            item.rightOriginClient = slot
            item.rightOriginClock = right.clock
        }
    }

    /// Decides, among items that were inserted at one place at the same time, which one stands to the left.
    private func settle(
        _ item: Item,
        _ place: Place,
        maxSteps: Int,
        _ transaction: inout Transaction
    ) throws(YjsError) -> ItemRef {
        var left = place.left
        var other: ItemRef
        if left != absent {
            other = items[Int(left)].right
            if other == place.right { return left }
        } else {
            if place.right != absent, items[Int(place.right)].left == absent { return left }
            other = try head(place, maxSteps: maxSteps, &transaction)
        }
        var visited = VisitedItems()
        var conflictStart = 0
        let id = clientIDs[Int(item.client)]
        while other != absent, other != place.right {
            transaction.conflictSteps += 1
            try transaction.checkSteps(maxSteps)
            visited.append(other)
            if items[Int(other)].hasSameOrigin(as: item) {
                if clientIDs[Int(items[Int(other)].client)] < id {
                    left = other
                    conflictStart = visited.count
                } else if items[Int(other)].hasSameRightOrigin(as: item) {
                    break
                }
            } else if items[Int(other)].originClient != absent,
                let origin = find(items[Int(other)].originClient, items[Int(other)].originClock),
                let index = visited.index(of: origin)
            {
                if index < conflictStart {
                    left = other
                    conflictStart = visited.count
                }
            } else {
                break
            }
            other = items[Int(other)].right
        }
        return left
    }

    /// The leftmost item of a list or of a key.
    private func head(_ place: Place, maxSteps: Int, _ transaction: inout Transaction) throws(YjsError) -> ItemRef {
        guard place.parentSub != absent else { return types[place.parent].start }
        var first = types.last(place.parent, place.parentSub)
        while first != absent, items[Int(first)].left != absent {
            transaction.conflictSteps += 1
            try transaction.checkSteps(maxSteps)
            first = items[Int(first)].left
        }
        return first
    }

    /// Links a new item behind `left`, or at the head of its list or key.
    mutating func link(_ new: Item, after left: ItemRef, _ transaction: inout Transaction) {
        var item = new
        item.left = left
        if left != absent {
            item.right = items[Int(left)].right
        } else if item.parentSub != absent {
            item.right = types.last(item.parent, item.parentSub)
            while item.right != absent, items[Int(item.right)].left != absent {
                item.right = items[Int(item.right)].left
            }
        } else {
            item.right = types[item.parent].start
        }
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
        transaction.noteChange(of: item.parent)
        if item.kind == ContentRef.deleted { noteDeletedContent(ref, &transaction) }
        let holder = types[item.parent].item
        let isInDeleted = holder != absent && items[Int(holder)].isDeleted
        if isInDeleted || (item.parentSub != absent && item.right != absent) { delete(ref, &transaction) }
    }
}

/// The items that one conflict scan passed, in order.
private struct VisitedItems {
    private var refs: [ItemRef] = []
    private var indices: [ItemRef: Int] = [:]
    private(set) var count = 0

    mutating func append(_ ref: ItemRef) {
        if count < 16 {
            refs.append(ref)
        } else {
            if count == 16 { for (index, ref) in refs.enumerated() { indices[ref] = index } }
            indices[ref] = count
        }
        count += 1
    }

    func index(of ref: ItemRef) -> Int? {
        count <= 16 ? refs.firstIndex(of: ref) : indices[ref]
    }
}
