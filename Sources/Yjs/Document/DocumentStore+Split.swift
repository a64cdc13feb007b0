extension DocumentStore {
    /// The struct that ends with this unit; an item that goes on behind it is split.
    mutating func structEnding(_ slot: UInt32, _ clock: UInt64, _ transaction: inout Transaction) -> ItemRef? {
        guard let position = clients[Int(slot)].position(of: clock, in: items) else { return nil }
        let ref = clients[Int(slot)][position]
        let item = items[Int(ref)]
        if !item.isGC, clock + 1 < item.end {
            _ = split(ref, at: position, after: clock + 1 - item.clock, &transaction)
        }
        return ref
    }

    /// The struct that starts with this unit; an item that starts before is split.
    mutating func structStarting(_ slot: UInt32, _ clock: UInt64, _ transaction: inout Transaction) -> ItemRef? {
        guard let position = clients[Int(slot)].position(of: clock, in: items) else { return nil }
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
        clients[Int(right.client)].insert(new, after: position, items: items)
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
                let id = Transaction.SlotID(slot: right.client, clock: right.clock)
                let pair = Array(arena.bytes[cut.offset..<min(cut.offset + 4, range.upperBound)])
                transaction.dividedPairs.append(Transaction.DividedPair(right: id, bytes: pair))
                transaction.conflictSteps += range.count
                divideText(of: ref, right: &right, at: cut.offset)
                return
            }
            offset = cut.offset
        case ContentRef.any, ContentRef.json:
            transaction.conflictSteps += Int(units) / 16
            offset = ElementList.offset(of: Int(units), in: arena.bytes, range, ref: right.kind)
        default:
            return
        }
        items[Int(ref)].contentBytes = UInt32(offset - range.lowerBound)
        right.content = UInt32(offset)
        right.contentBytes = UInt32(range.upperBound - offset)
    }

    /// Cuts text inside a surrogate pair: each half becomes U+FFFD, so both texts need new bytes.
    private mutating func divideText(of ref: ItemRef, right: inout Item, at offset: Int) {
        let range = items[Int(ref)].contentRange
        let head = Array(arena.bytes[range.lowerBound..<offset])
        let tail = Array(arena.bytes[min(offset + 4, range.upperBound)..<range.upperBound])
        let start = arena.bytes.count
        arena.append(head + UTF8Text.replacement)
        let middle = arena.bytes.count
        arena.append(UTF8Text.replacement + tail)
        arena.discard(range.count)
        items[Int(ref)].content = UInt32(start)
        items[Int(ref)].contentBytes = UInt32(middle - start)
        right.content = UInt32(middle)
        right.contentBytes = UInt32(arena.bytes.count - middle)
    }

    /// Puts the halves of a character together again, after the items that hold them were fused.
    mutating func mend(_ right: YID, _ pair: [UInt8]) {
        guard let ref = find(right), items[Int(ref)].kind == ContentRef.string, items[Int(ref)].clock < right.clock
        else { return }
        let range = items[Int(ref)].contentRange
        let units = Int(right.clock - items[Int(ref)].clock - 1)
        let cut = UTF8Text.cut(arena.bytes, range, after: units, utf16Length: items[Int(ref)].length)
        let halves = cut.offset..<cut.offset + 2 * UTF8Text.replacement.count
        guard halves.upperBound <= range.upperBound,
            arena.bytes[halves].elementsEqual(UTF8Text.replacement + UTF8Text.replacement)
        else { return }
        let text =
            arena.bytes[range.lowerBound..<halves.lowerBound] + pair + arena.bytes[halves.upperBound..<range.upperBound]
        items[Int(ref)].content = UInt32(arena.bytes.count)
        items[Int(ref)].contentBytes = UInt32(text.count)
        arena.append(Array(text))
        arena.discard(range.count)
    }
}
