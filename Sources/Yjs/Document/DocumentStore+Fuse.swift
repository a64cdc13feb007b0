extension DocumentStore {
    /// Fuses structs of a client with those to their left.
    ///
    /// Walks left from `position` over all structs that start at `firstClock` or later, and on while structs fuse.
    /// Contents that do not lie side by side are joined at the end, from left to right: each is then copied once, and
    /// not once for every struct to its left.
    mutating func fuse(_ slot: UInt32, from position: StructList.Position, downTo firstClock: UInt64) {
        var position = position
        var hasFused = false
        var contents = FusedContents()
        while let before = clients[Int(slot)].before(position) {
            let right = clients[Int(slot)][position]
            guard hasFused || items[Int(right)].clock >= firstClock else { return }
            hasFused = fuse(clients[Int(slot)][before], right, &contents)
            if hasFused {
                clients[Int(slot)].remove(at: position)
                freeItem(right)
            } else if !contents.isEmpty {
                join(&contents, into: right)
            }
            position = before
        }
        if !contents.isEmpty { join(&contents, into: clients[Int(slot)][position]) }
    }

    /// Fuses two consecutive structs of a client into the left one, if they belong together.
    private mutating func fuse(_ leftRef: ItemRef, _ rightRef: ItemRef, _ contents: inout FusedContents) -> Bool {
        let left = items[Int(leftRef)]
        let right = items[Int(rightRef)]
        guard left.kind == right.kind else { return false }
        if left.isGC {
            items[Int(leftRef)].length += right.length
            return true
        }
        guard ContentRef.isSplittable(left.kind), left.isDeleted == right.isDeleted, left.right == rightRef,
            right.originClient == left.client, right.originClock == left.end - 1,
            right.hasSameRightOrigin(as: left),
            left.kind == ContentRef.deleted
                || arena.canJoin(left.contentRange, right.contentRange, andMore: contents.bytes)
        else { return false }
        items[Int(leftRef)].length += right.length
        if left.kind != ContentRef.deleted {
            if left.contentRange.upperBound == right.contentRange.lowerBound {
                items[Int(leftRef)].contentBytes += right.contentBytes
            } else {
                contents.add(right.contentRange)
            }
        }
        items[Int(leftRef)].right = right.right
        if right.right != absent { items[Int(right.right)].left = leftRef }
        if right.parentSub != absent, types.last(right.parent, right.parentSub) == rightRef {
            types.setLast(right.parent, right.parentSub, leftRef)
        }
        return true
    }

    private mutating func join(_ contents: inout FusedContents, into ref: ItemRef) {
        var range = items[Int(ref)].contentRange
        for next in contents.ranges.reversed() {
            let start = arena.join(range, next)
            range = start..<start + range.count + next.count
        }
        items[Int(ref)].content = UInt32(range.lowerBound)
        items[Int(ref)].contentBytes = UInt32(range.count)
        contents = FusedContents()
    }
}

/// Contents that belong to one item but still lie elsewhere, the last one first.
private struct FusedContents {
    private(set) var ranges: [Range<Int>] = []
    private(set) var bytes = 0

    var isEmpty: Bool { ranges.isEmpty }

    mutating func add(_ range: Range<Int>) {
        ranges.append(range)
        bytes += range.count
    }
}
