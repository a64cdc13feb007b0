extension DocumentStore {
    /// Puts surrogate pairs back that were divided, once their halves are in one item again.
    ///
    /// Each text is written once, however many of its pairs were divided.
    ///
    /// - Parameters:
    ///   - pairs: the pairs, in any order; those of items that are not here are passed over.
    ///   - ids: the clients that the pairs' slots stand for.
    mutating func restore(_ pairs: [Transaction.DividedPair], _ ids: ClientTable) {
        let sorted = pairs.sorted { ($0.slot, $0.clock) < ($1.slot, $1.clock) }
        var next = 0
        while next < sorted.count {
            let first = sorted[next]
            next += 1
            guard let slot = slot(of: ids[first.slot]), let ref = find(slot, first.clock - 1) else { continue }
            let end = items[Int(ref)].end
            let start = next - 1
            while next < sorted.count, sorted[next].slot == first.slot, sorted[next].clock < end { next += 1 }
            guard items[Int(ref)].kind == ContentRef.string, first.clock < end else { continue }
            restore(sorted[start..<next], in: ref)
        }
    }

    /// Puts pairs of one text back, which are ordered by clock.
    private mutating func restore(_ pairs: ArraySlice<Transaction.DividedPair>, in ref: ItemRef) {
        let item = items[Int(ref)]
        let range = item.contentRange
        let halves = UTF8Text.replacement + UTF8Text.replacement
        var text: [UInt8] = []
        text.reserveCapacity(range.count)
        var (offset, clock) = (range.lowerBound, item.clock)
        for pair in pairs where pair.clock > clock {
            let rest = offset..<range.upperBound
            let cut = UTF8Text.cut(arena.bytes, rest, after: Int(pair.clock - 1 - clock), utf16Length: item.end - clock)
            let after = cut.offset + halves.count
            guard after <= range.upperBound, arena.bytes[cut.offset..<after].elementsEqual(halves) else { continue }
            text += arena.bytes[offset..<cut.offset]
            text += pair.bytes
            (offset, clock) = (after, pair.clock + 1)
        }
        text += arena.bytes[offset..<range.upperBound]
        items[Int(ref)].content = UInt32(arena.bytes.count)
        items[Int(ref)].contentBytes = UInt32(text.count)
        arena.append(text)
        arena.discard(range.count)
    }
}
