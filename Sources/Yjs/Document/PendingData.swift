/// Structs and deletes that wait for missing predecessors.
struct PendingData: Sendable {
    /// Updates without deletes.
    private(set) var updates: [[UInt8]] = []
    var deletes: [ClientRange] = []
    /// Bytes of all updates.
    private(set) var bytes = 0
    private var structs = 0
    /// For each client that something waits for, the lowest clock that would help.
    private var missing: [UInt64: UInt64] = [:]

    var isEmpty: Bool { updates.isEmpty && deletes.isEmpty }

    mutating func add(_ update: [UInt8], _ count: Int, _ missing: [UInt64: UInt64]) {
        updates.append(update)
        bytes += update.count
        structs += count
        self.missing.merge(missing) { min($0, $1) }
    }

    mutating func clearStructs() {
        updates = []
        bytes = 0
        structs = 0
        missing = [:]
    }

    /// Whether a client that something waits for has grown far enough.
    func mayAdvance(_ store: DocumentStore, _ transaction: Transaction) -> Bool {
        guard !missing.isEmpty else { return false }
        return transaction.grown.contains { slot in
            guard let clock = missing[store.clientIDs[slot]] else { return false }
            return store.clients[Int(slot)].nextClock > clock
        }
    }

    /// Fails if more waits than allowed, even after duplicates are left out.
    mutating func check(_ limits: YLimits) throws(YjsError) {
        func isTooLarge() -> Bool { bytes > limits.maxPendingBytes || structs > limits.maxPendingStructs }
        if updates.count > 512 || (isTooLarge() && updates.count > 1) {
            let merged = try YUpdate.merge(updates, limits: .unchecked)
            let kept = missing
            let count = try ScannedUpdate(merged, limits: .unchecked).records.count { !$0.isSkip }
            clearStructs()
            add(merged, count, kept)
        }
        if isTooLarge() { throw .pendingTooLarge(limit: limits.maxPendingStructs) }
        if deletes.count > limits.maxPendingStructs { throw .pendingTooLarge(limit: limits.maxPendingStructs) }
    }

    /// The deletes as an update.
    func encodedDeletes() -> [UInt8] {
        var ranges = deletes
        DeleteSet.normalize(&ranges)
        var encoder = Lib0Encoder()
        encoder.writeByte(0)
        DeleteSet.write(ranges, into: &encoder)
        return encoder.bytes
    }
}
