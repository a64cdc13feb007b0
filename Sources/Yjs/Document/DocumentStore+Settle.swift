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
        var visited = VisitedItems()
        var conflictStart = 0
        let id = clientIDs[item.client]
        while other != absent, other != place.right {
            transaction.conflictSteps += 1
            guard transaction.conflictSteps <= maxSteps else { throw .integrationTooExpensive(limit: maxSteps) }
            visited.append(other)
            if items[Int(other)].hasSameOrigin(as: item) {
                if clientIDs[items[Int(other)].client] < id {
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
        return (left, left == place.left ? first : items[Int(left)].right)
    }

    /// The leftmost item of a list or of a key.
    private func head(_ place: Place, maxSteps: Int, _ transaction: inout Transaction) throws(YjsError) -> ItemRef {
        guard place.parentSub != absent else { return types[place.parent].start }
        var first = types.last(place.parent, place.parentSub)
        while first != absent, items[Int(first)].left != absent {
            transaction.conflictSteps += 1
            guard transaction.conflictSteps <= maxSteps else { throw .integrationTooExpensive(limit: maxSteps) }
            first = items[Int(first)].left
        }
        return first
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
