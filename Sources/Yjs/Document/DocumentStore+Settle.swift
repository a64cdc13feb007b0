extension DocumentStore {
    /// Decides between which two items a new one goes, among those that were inserted there at the same time.
    func settle(
        _ item: Item,
        _ place: Place,
        maxSteps: Int,
        _ transaction: inout Transaction
    ) throws(YjsError) -> (left: ItemRef, right: ItemRef) {
        var left = place.left
        let first: ItemRef
        if left != absent {
            first = items[Int(left)].right
            if first == place.right { return (left, first) }
        } else {
            if place.right != absent, items[Int(place.right)].left == absent { return (left, place.right) }
            first = try head(place, maxSteps: maxSteps, &transaction)
        }
        var other = first
        transaction.visited.begin()
        var conflictStart = 0
        let id = clientIDs[item.client]
        while other != absent, other != place.right {
            transaction.conflictSteps += 1
            try transaction.checkSteps(maxSteps)
            transaction.visited.append(other, of: items.count)
            if items[Int(other)].hasSameOrigin(as: item) {
                if clientIDs[items[Int(other)].client] < id {
                    left = other
                    conflictStart = transaction.visited.count
                } else if items[Int(other)].hasSameRightOrigin(as: item) {
                    break
                }
            } else if items[Int(other)].originClient != absent,
                let index = transaction.visited.index(of: origin(of: other))
            {
                if index < conflictStart {
                    left = other
                    conflictStart = transaction.visited.count
                }
            } else {
                break
            }
            other = items[Int(other)].right
        }
        return (left, left == place.left ? first : items[Int(left)].right)
    }

    /// The item that holds an item's origin; most often it is the one to the left.
    private func origin(of ref: ItemRef) -> ItemRef {
        let item = items[Int(ref)]
        if item.left != absent {
            let left = items[Int(item.left)]
            if left.client == item.originClient, left.clock <= item.originClock, item.originClock < left.end {
                return item.left
            }
        }
        return find(item.originClient, item.originClock) ?? absent
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
}
