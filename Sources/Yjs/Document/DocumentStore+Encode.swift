extension DocumentStore {
    /// Writes everything that a state vector does not cover, without pending data.
    func encode(from stateVector: StateVector) -> [UInt8] {
        var encoder = Lib0Encoder(capacity: stateVector.clocks.isEmpty ? arena.live + items.count * 16 : 0)
        let behind = slotOrder.filter { clients[Int($0)].nextClock > stateVector[clientIDs[$0]] }
        encoder.writeVarUint(UInt64(behind.count))
        for slot in behind {
            let clock = stateVector[clientIDs[slot]]
            writeBlock(slot, from: clock, to: .max, into: &encoder)
        }
        writeDeleted(into: &encoder)
        return encoder.bytes
    }

    /// Bytes of the encoded state, counted without keeping them.
    func encodedBytes() -> Int {
        var encoder = Lib0Encoder()
        var total = 0
        func count() {
            total += encoder.bytes.count
            encoder.bytes.removeAll(keepingCapacity: true)
        }
        encoder.writeVarUint(UInt64(clients.count { $0.nextClock > 0 }))
        for (slot, list) in clients.enumerated() {
            guard let first = list.position(of: 0) else { continue }
            encoder.writeVarUint(UInt64(list.count(from: first)))
            encoder.writeVarUint(clientIDs[UInt32(slot)])
            encoder.writeVarUint(0)
            list.forEach(from: first) { ref in
                writeStruct(ref, cut: 0, into: &encoder)
                count()
            }
        }
        writeDeleted(into: &encoder)
        count()
        return total
    }

    /// Writes what a finished transaction added and deleted.
    func encode(_ transaction: Transaction) -> [UInt8] {
        var encoder = Lib0Encoder()
        let slots = transaction.grown.sorted { clientIDs[$0] > clientIDs[$1] }
        encoder.writeVarUint(UInt64(slots.count))
        for slot in slots { writeBlock(slot, from: clients[Int(slot)].clockBefore, to: .max, into: &encoder) }
        var deleted = transaction.deleted
        for index in deleted.indices { deleted[index].client = clientIDs[UInt32(deleted[index].client)] }
        DeleteSet.normalize(&deleted)
        DeleteSet.write(deleted, into: &encoder)
        return encoder.bytes
    }

    /// Writes the state before a transaction that is not finished.
    func encode(before transaction: Transaction) -> [UInt8] {
        var encoder = Lib0Encoder()
        let known = (0..<UInt32(clients.count)).filter { stateBefore($0, transaction) > 0 }
        encoder.writeVarUint(UInt64(known.count))
        for slot in known { writeBlock(slot, from: 0, to: stateBefore(slot, transaction), into: &encoder) }
        writeDeleted(into: &encoder)
        return encoder.bytes
    }

    /// The state vector.
    func stateVector() -> StateVector {
        var vector = StateVector()
        for (slot, list) in clients.enumerated() { vector[clientIDs[UInt32(slot)]] = list.nextClock }
        return vector
    }

    /// Deleted ranges by client id, in no order.
    func deletedRanges() -> [ClientRange] {
        slotOrder.flatMap { slot in
            clients[Int(slot)].deleted.map {
                ClientRange(client: clientIDs[slot], clock: $0.clock, length: $0.length)
            }
        }
    }

    private func writeBlock(_ slot: UInt32, from clock: UInt64, to end: UInt64, into encoder: inout Lib0Encoder) {
        let list = clients[Int(slot)]
        guard let first = list.position(of: clock) else { return }
        var count = list.count(from: first)
        if end < list.nextClock, let last = list.position(of: end) { count -= list.count(from: last) }
        encoder.writeVarUint(UInt64(count))
        encoder.writeVarUint(clientIDs[slot])
        encoder.writeVarUint(clock)
        var cut = clock - items[Int(list[first])].clock
        list.forEach(from: first) { ref in
            guard items[Int(ref)].clock < end else { return }
            writeStruct(ref, cut: cut, into: &encoder)
            cut = 0
        }
    }

    private func writeDeleted(into encoder: inout Lib0Encoder) {
        let slots = slotOrder.filter { !clients[Int($0)].deleted.isEmpty }
        encoder.writeVarUint(UInt64(slots.count))
        for slot in slots {
            encoder.writeVarUint(clientIDs[slot])
            encoder.writeVarUint(UInt64(clients[Int(slot)].deleted.count))
            for range in clients[Int(slot)].deleted {
                encoder.writeVarUint(range.clock)
                encoder.writeVarUint(range.length)
            }
        }
    }
}
