extension YDocument {
    /// Whether an update of version 1 or 2 would bring nothing new; data that waits does not count as known.
    ///
    /// - Parameter update: the update.
    /// - Returns: `true` if all its structs are known and all its deletes done.
    /// - Throws: ``YjsError`` if the update is malformed.
    public func covers(_ update: [UInt8]) throws(YjsError) -> Bool {
        let scan = try ScannedUpdate(anyVersion: update, limits: limits)
        let isBehind = scan.blocks.contains { block in
            let last = scan.records[block.records].last { !$0.isSkip }
            return (last?.endClock ?? 0) > store.state(of: block.client)
        }
        return !isBehind && scan.deletes.allSatisfy(store.hasDeleted)
    }
}

extension DocumentStore {
    /// Whether every unit of a range is known and deleted.
    func hasDeleted(_ range: ClientRange) -> Bool {
        guard let slot = slot(of: range.client) else { return false }
        return clients[Int(slot)].deleted.contains(range.clock..<range.end)
    }
}

extension [ClockRange] {
    /// Whether one of the sorted, disjoint ranges holds all these clocks.
    func contains(_ clocks: Range<UInt64>) -> Bool {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle].end < clocks.upperBound { low = middle + 1 } else { high = middle }
        }
        return low < count && self[low].clock <= clocks.lowerBound
    }
}
