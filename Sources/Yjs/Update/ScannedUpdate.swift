/// One or several updates, checked from the first to the last byte, as lists of where their structs lie.
struct ScannedUpdate {
    var sources: [[UInt8]] = []
    var records: [StructRecord] = []
    var blocks: [StructBlock] = []
    var deletes: [ClientRange] = []
    /// Where the delete set of the latest source starts.
    var deleteSetOffset = 0

    init() {}

    /// Scans one update.
    init(_ update: [UInt8], limits: YLimits) throws(YjsError) {
        try add(update, limits: limits)
    }

    /// Scans another update and keeps its bytes.
    mutating func add(_ update: [UInt8], limits: YLimits) throws(YjsError) {
        guard update.count <= limits.maxUpdateBytes else {
            throw .updateTooLarge(bytes: update.count, limit: limits.maxUpdateBytes)
        }
        var decoder = Lib0Decoder(update)
        let source = UInt32(sources.count)
        for _ in 0..<(try decoder.readCount(minimumBytes: 3)) {
            try addBlock(&decoder, source: source)
        }
        deleteSetOffset = decoder.position
        try decoder.readDeleteSet(into: &deletes)
        try decoder.finish()
        sources.append(update)
    }

    private mutating func addBlock(_ decoder: inout Lib0Decoder, source: UInt32) throws(YjsError) {
        let count = try decoder.readCount(minimumBytes: 2)
        let client = try decoder.readVarUint()
        let firstClock = try decoder.readVarUint()
        let first = records.count
        var clock = firstClock
        // The count is known to fit the input; room is made at once only where it at least doubles what there is.
        if count > records.count { records.reserveCapacity(records.count + count) }
        for _ in 0..<count {
            let record = try decoder.readStruct(client: client, clock: clock, source: source)
            clock = record.endClock
            records.append(record)
        }
        blocks.append(StructBlock(client: client, firstClock: firstClock, records: first..<records.count))
    }

    /// The records of every client, clients by descending id, records by clock and without Skips.
    ///
    /// Equal clocks are ordered by source, then by position.
    func sortedByClient() -> [StructRun] {
        let order = blocks.indices.sorted { one, other in
            let (left, right) = (blocks[one], blocks[other])
            if left.client != right.client { return left.client > right.client }
            if left.firstClock != right.firstClock { return left.firstClock < right.firstClock }
            return one < other
        }
        var runs: [StructRun] = []
        for index in order {
            let block = blocks[index]
            // Not by a copy of the last run, which would make the next line copy its records.
            if !runs.isEmpty, runs[runs.count - 1].client == block.client {
                runs[runs.count - 1].append(records[block.records])
            } else {
                runs.append(StructRun(client: block.client, records[block.records]))
            }
        }
        for index in runs.indices { runs[index].sortIfNeeded() }
        return runs
    }
}

/// The structs of one client, ordered by clock and without Skips.
///
/// Most clients have a single block, whose records are used where they are.
struct StructRun {
    let client: UInt64
    private(set) var records: ArraySlice<StructRecord>
    private var isSorted = true

    init(client: UInt64, _ block: ArraySlice<StructRecord>) {
        self.client = client
        records = block.contains(where: \.isSkip) ? ArraySlice(block.filter { !$0.isSkip }) : block
    }

    mutating func append(_ more: ArraySlice<StructRecord>) {
        for record in more where !record.isSkip {
            if let last = records.last, record.clock < last.clock { isSorted = false }
            records.append(record)
        }
    }

    mutating func sortIfNeeded() {
        guard !isSorted else { return }
        records.sort { left, right in
            if left.clock != right.clock { return left.clock < right.clock }
            if left.source != right.source { return left.source < right.source }
            return left.offset < right.offset
        }
        isSorted = true
    }
}
