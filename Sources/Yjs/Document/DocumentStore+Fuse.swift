extension DocumentStore {
    /// Fuses structs of a client with those to their left.
    ///
    /// Walks left from `position` over all structs that start at `firstClock` or later, and on while structs fuse.
    mutating func fuse(_ slot: UInt32, from position: StructList.Position, downTo firstClock: UInt64) {
        var position = position
        var hasFused = false
        while let before = clients[Int(slot)].before(position) {
            let right = clients[Int(slot)][position]
            guard hasFused || items[Int(right)].clock >= firstClock else { return }
            hasFused = fuse(clients[Int(slot)][before], right)
            if hasFused {
                clients[Int(slot)].remove(at: position)
                freeItem(right)
            }
            position = before
        }
    }

    /// Fuses two consecutive structs of a client into the left one, if they belong together.
    private mutating func fuse(_ leftRef: ItemRef, _ rightRef: ItemRef) -> Bool {
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
            left.kind == ContentRef.deleted || arena.canJoin(left.contentRange, right.contentRange)
        else { return false }
        items[Int(leftRef)].length += right.length
        if left.kind != ContentRef.deleted {
            items[Int(leftRef)].content = UInt32(arena.join(left.contentRange, right.contentRange))
            items[Int(leftRef)].contentBytes += right.contentBytes
        }
        items[Int(leftRef)].right = right.right
        if right.right != absent { items[Int(right.right)].left = leftRef }
        if right.parentSub != absent, types.last(right.parent, right.parentSub) == rightRef {
            types.setLast(right.parent, right.parentSub, leftRef)
        }
        return true
    }
}
