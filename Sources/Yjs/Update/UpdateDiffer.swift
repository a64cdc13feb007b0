/// Reads an update once, from the first to the last byte, and copies what somebody lacks.
///
/// Nothing is kept per struct: an update is as fast to go through as its bytes are to check.
struct UpdateDiffer {
    private var decoder: Lib0Decoder
    private var body: Lib0Encoder
    private var blocks: UInt64 = 0

    private init(_ update: [UInt8], capacity: Int) {
        decoder = Lib0Decoder(update)
        body = Lib0Encoder(capacity: capacity)
    }

    /// Leaves out what a state vector covers; the delete set is copied whole.
    static func diff(_ update: [UInt8], from stateVector: StateVector) throws(YjsError) -> [UInt8] {
        var differ = UpdateDiffer(update, capacity: stateVector.clocks.isEmpty ? update.count : 0)
        for _ in 0..<(try differ.decoder.readCount(minimumBytes: 3)) { try differ.copyBlock(from: stateVector) }
        let deletes = differ.decoder.position
        var ignored: [ClientRange] = []
        try differ.decoder.readDeleteSet(into: &ignored)
        try differ.decoder.finish()
        differ.body.copy(update, deletes..<update.count)
        return YUpdate.prefixed(differ.body, count: differ.blocks)
    }

    private mutating func copyBlock(from stateVector: StateVector) throws(YjsError) {
        let count = try decoder.readCount(minimumBytes: 2)
        let client = try decoder.readVarUint()
        var clock = try decoder.readVarUint()
        let known = stateVector[client]
        var left = count
        while left > 0 {
            let record = try decoder.readStruct(client: client, clock: clock, source: 0)
            clock = record.endClock
            if clock > known, !record.isSkip {
                let cut = known > record.clock ? known - record.clock : 0
                body.writeVarUint(UInt64(left))
                body.writeVarUint(client)
                body.writeVarUint(record.clock + cut)
                StructWriter.write(record, of: client, from: decoder.bytes, cut: cut, into: &body)
                blocks += 1
                try copyStructs(left - 1, of: client, from: clock)
                return
            }
            left -= 1
        }
    }

    /// Copies structs as they are, except for a bit that is not known from bytes alone; see ``StructWriter``.
    private mutating func copyStructs(_ count: Int, of client: UInt64, from first: UInt64) throws(YjsError) {
        var clock = first
        var copied = decoder.position
        for _ in 0..<count {
            let record = try decoder.readStruct(client: client, clock: clock, source: 0)
            clock = record.endClock
            guard StructWriter.losesParentSub(record.info) else { continue }
            let start = Int(record.offset)
            body.copy(decoder.bytes, copied..<start)
            body.writeByte(record.info & ~InfoFlag.parentSub)
            copied = start + 1
        }
        body.copy(decoder.bytes, copied..<decoder.position)
    }

    /// The state vector of a document that applied nothing but this update, entries in the order of the blocks.
    static func stateVector(of update: [UInt8]) throws(YjsError) -> [UInt8] {
        var decoder = Lib0Decoder(update)
        var entries: [(key: UInt64, value: UInt64)] = []
        for _ in 0..<(try decoder.readCount(minimumBytes: 3)) {
            let count = try decoder.readCount(minimumBytes: 2)
            let client = try decoder.readVarUint()
            let firstClock = try decoder.readVarUint()
            var (clock, known) = (firstClock, firstClock)
            var isWhole = firstClock == 0
            for _ in 0..<count {
                let record = try decoder.readStruct(client: client, clock: clock, source: 0)
                clock = record.endClock
                if record.isSkip { isWhole = false }
                if isWhole { known = clock }
            }
            if firstClock == 0, known > 0 { entries.append((client, known)) }
        }
        var ignored: [ClientRange] = []
        try decoder.readDeleteSet(into: &ignored)
        try decoder.finish()
        return StateVector.encode(entries)
    }
}
