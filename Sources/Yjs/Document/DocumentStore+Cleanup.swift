extension DocumentStore {
    /// Ends a transaction: deleted contents are dropped, structs that belong together are fused.
    mutating func finish(_ transaction: inout Transaction) {
        DeleteSet.normalize(&transaction.deleted)
        recordDeleted(transaction.deleted)
        if !transaction.arrivedAsGC.isEmpty {
            DeleteSet.normalize(&transaction.arrivedAsGC)
            recordDeleted(transaction.arrivedAsGC)
        }
        if collectsGarbage { collectGarbage(transaction.deleted) }
        for range in transaction.deleted {
            let slot = UInt32(range.client)
            guard let last = clients[Int(slot)].position(of: range.end - 1) else { continue }
            fuse(slot, from: clients[Int(slot)].after(last) ?? last, downTo: range.clock)
        }
        for slot in transaction.grown {
            let before = clients[Int(slot)].clockBefore
            guard let last = clients[Int(slot)].last, let first = find(slot, before) else { continue }
            fuse(slot, from: last, downTo: items[Int(first)].clock)
        }
        for id in transaction.fusible.reversed() {
            guard let position = clients[Int(id.slot)].position(of: id.clock) else { continue }
            let clock = items[Int(clients[Int(id.slot)][position])].clock
            fuse(id.slot, from: clients[Int(id.slot)].after(position) ?? position, downTo: clock)
        }
        if arena.isWasteful { arena.squeeze(&items) }
        orderNewClients()
    }

    private mutating func collectGarbage(_ ranges: [ClientRange]) {
        for range in ranges {
            let slot = UInt32(range.client)
            var position = clients[Int(slot)].position(of: range.clock)
            while let current = position {
                let ref = clients[Int(slot)][current]
                guard items[Int(ref)].clock < range.end else { break }
                if items[Int(ref)].isDeleted, !items[Int(ref)].isGC { dropContent(of: ref) }
                position = clients[Int(slot)].after(current)
            }
        }
    }

    /// Turns an item into Deleted content, and what was inside it into GC structs.
    private mutating func dropContent(of ref: ItemRef) {
        var open: [UInt32] = []
        releaseContent(of: ref, &open)
        items[Int(ref)].kind = ContentRef.deleted
        while let type = open.popLast() {
            var children: [ItemRef] = []
            var child = types[type].start
            while child != absent {
                children.append(child)
                child = items[Int(child)].right
            }
            for entry in types.map(of: type) {
                var item = entry.last
                while item != absent {
                    children.append(item)
                    item = items[Int(item)].left
                }
            }
            types.remove(type)
            for child in children { turnIntoGC(child, &open) }
        }
    }

    private mutating func turnIntoGC(_ ref: ItemRef, _ open: inout [UInt32]) {
        releaseContent(of: ref, &open)
        let old = items[Int(ref)]
        items[Int(ref)] = Item(
            clock: old.clock,
            length: old.length,
            client: old.client,
            kind: ContentRef.gc,
            isDeleted: true
        )
    }

    private mutating func releaseContent(of ref: ItemRef, _ open: inout [UInt32]) {
        if items[Int(ref)].kind == ContentRef.type { open.append(items[Int(ref)].content) }
        arena.discard(Int(items[Int(ref)].contentBytes))
        items[Int(ref)].content = 0
        items[Int(ref)].contentBytes = 0
    }

    /// Adds ranges, whose clients are slots, to the lists of deleted clocks.
    private mutating func recordDeleted(_ ranges: [ClientRange]) {
        var start = 0
        while start < ranges.count {
            let slot = Int(ranges[start].client)
            var end = start
            while end < ranges.count, ranges[end].client == ranges[start].client { end += 1 }
            if end - start <= 8 {
                for range in ranges[start..<end] { clients[slot].deleted.add(range.clock, range.end) }
            } else {
                clients[slot].deleted.add(sorted: ranges[start..<end])
            }
            start = end
        }
    }
}

extension [ClockRange] {
    /// Adds one range to sorted, disjoint ranges.
    mutating func add(_ clock: UInt64, _ end: UInt64) {
        if let last, last.end < clock {
            append(ClockRange(clock: clock, length: end - clock))
            return
        }
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if self[middle].end < clock { low = middle + 1 } else { high = middle }
        }
        var upper = low
        var (first, last) = (clock, end)
        while upper < count, self[upper].clock <= end {
            first = Swift.min(first, self[upper].clock)
            last = Swift.max(last, self[upper].end)
            upper += 1
        }
        let fused = ClockRange(clock: first, length: last - first)
        if upper == low + 1 {
            self[low] = fused
        } else {
            replaceSubrange(low..<upper, with: CollectionOfOne(fused))
        }
    }

    /// Adds many sorted ranges in one pass.
    mutating func add(sorted more: ArraySlice<ClientRange>) {
        var merged: [ClockRange] = []
        merged.reserveCapacity(count + more.count)
        var index = 0
        var other = more.startIndex
        while index < count || other < more.endIndex {
            let takesOwn = other == more.endIndex || (index < count && self[index].clock <= more[other].clock)
            let next = takesOwn ? self[index] : ClockRange(clock: more[other].clock, length: more[other].length)
            if takesOwn { index += 1 } else { other += 1 }
            if let last = merged.last, next.clock <= last.end {
                merged[merged.count - 1].length = Swift.max(last.end, next.end) - last.clock
            } else {
                merged.append(next)
            }
        }
        self = merged
    }
}
