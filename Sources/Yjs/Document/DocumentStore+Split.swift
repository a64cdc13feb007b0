extension DocumentStore {
    /// The struct that ends with this unit; an item that goes on behind it is split.
    mutating func structEnding(_ slot: UInt32, _ clock: UInt64, _ transaction: inout Transaction) -> ItemRef? {
        guard let position = clients[Int(slot)].position(of: clock) else { return nil }
        let ref = clients[Int(slot)][position]
        let item = items[Int(ref)]
        if !item.isGC, clock + 1 < item.end {
            _ = split(ref, at: position, after: clock + 1 - item.clock, &transaction)
        }
        return ref
    }

    /// The struct that starts with this unit; an item that starts before is split.
    mutating func structStarting(_ slot: UInt32, _ clock: UInt64, _ transaction: inout Transaction) -> ItemRef? {
        guard let position = clients[Int(slot)].position(of: clock) else { return nil }
        let ref = clients[Int(slot)][position]
        let item = items[Int(ref)]
        if !item.isGC, item.clock < clock {
            return split(ref, at: position, after: clock - item.clock, &transaction)
        }
        return ref
    }

    /// Splits an item, whose content has at least two units, and answers its right half.
    private mutating func split(
        _ ref: ItemRef,
        at position: StructList.Position,
        after units: UInt64,
        _ transaction: inout Transaction
    ) -> ItemRef {
        // Dividing pairs leaves garbage, a lot if one update does nothing else.
        if arena.isWasteful { arena.squeeze(&items) }
        var right = items[Int(ref)]
        right.clock += units
        right.length -= units
        right.originClient = right.client
        right.originClock = right.clock - 1
        right.left = ref
        splitContent(of: ref, right: &right, after: units, &transaction)
        let new = addItem(right)
        items[Int(ref)].length = units
        items[Int(ref)].right = new
        if right.right != absent {
            items[Int(right.right)].left = new
        } else if right.parentSub != absent {
            types.setLast(right.parent, right.parentSub, new)
        }
        clients[Int(right.client)].insert(new, clock: right.clock, after: position)
        transaction.fusible.append(Transaction.SlotID(slot: right.client, clock: right.clock))
        return new
    }

    private mutating func splitContent(
        of ref: ItemRef,
        right: inout Item,
        after units: UInt64,
        _ transaction: inout Transaction
    ) {
        let range = items[Int(ref)].contentRange
        let offset: Int
        switch right.kind {
        case ContentRef.string:
            let utf16Length = items[Int(ref)].length
            let cut = UTF8Text.cut(arena.bytes, range, after: Int(units), utf16Length: utf16Length)
            if cut.isInsidePair {
                transaction.noteDividedPair(right.client, right.clock, arena.bytes[cut.offset..<cut.offset + 4])
                divideText(of: ref, right: &right, at: cut.offset)
                return
            }
            offset = cut.offset
        case ContentRef.any, ContentRef.json:
            // Elements can only be counted from the front, so a list that is cut often may become expensive.
            transaction.conflictSteps += Int(units / 8)
            offset = ElementList.offset(of: Int(units), in: arena.bytes, range, ref: right.kind)
        default:
            return
        }
        items[Int(ref)].contentBytes = UInt32(offset - range.lowerBound)
        right.content = UInt32(offset)
        right.contentBytes = UInt32(range.upperBound - offset)
    }

    /// Cuts text inside a surrogate pair: each half becomes U+FFFD.
    ///
    /// The four bytes of the pair have room for one of the two, so only the shorter text moves.
    private mutating func divideText(of ref: ItemRef, right: inout Item, at offset: Int) {
        let range = items[Int(ref)].contentRange
        let (headBytes, tailBytes) = (offset - range.lowerBound, range.upperBound - offset - 4)
        let start = arena.bytes.count
        if headBytes < tailBytes {
            arena.repeatBytes(range.lowerBound..<offset)
            arena.append(UTF8Text.replacement)
            arena.overwrite(at: offset + 1, UTF8Text.replacement)
            arena.discard(headBytes + 1)
            items[Int(ref)].content = UInt32(start)
            right.content = UInt32(offset + 1)
        } else {
            arena.append(UTF8Text.replacement)
            arena.repeatBytes(offset + 4..<range.upperBound)
            arena.overwrite(at: offset, UTF8Text.replacement)
            arena.discard(tailBytes + 1)
            right.content = UInt32(start)
        }
        items[Int(ref)].contentBytes = UInt32(headBytes + 3)
        right.contentBytes = UInt32(tailBytes + 3)
    }
}
