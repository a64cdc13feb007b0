/// Brings structs of one or several updates into a store, in an order in which each finds its predecessors.
struct Integrator {
    private let scan: ScannedUpdate
    private let runs: [StructRun]
    private let maxConflictSteps: Int
    /// The next record of each run.
    private var cursors: [Int]
    private var waiting: [UInt64: WaitingRuns] = [:]
    private var otherBlockers: [YID] = []
    /// How often each run was tried; older notes of its waiting are stale.
    private var tries: [Int]
    /// For each client that something waits for, the lowest clock that would help.
    private(set) var missing: [UInt64: UInt64] = [:]

    init(_ scan: ScannedUpdate, maxConflictSteps: Int) {
        self.scan = scan
        runs = scan.sortedByClient()
        self.maxConflictSteps = maxConflictSteps
        cursors = runs.map(\.records.startIndex)
        tries = Array(repeating: 0, count: runs.count)
    }

    /// Integrates what can be integrated.
    mutating func run(_ store: inout DocumentStore, _ transaction: inout Transaction) throws(YjsError) {
        var ready = Array(runs.indices.reversed())
        while let index = ready.popLast() {
            let client = runs[index].client
            let before = store.state(of: client)
            try advance(index, &store, &transaction)
            let state = store.state(of: client)
            guard state > before, var queue = waiting.removeValue(forKey: client) else { continue }
            queue.popReady(state: state, tries: tries, into: &ready)
            if !queue.isEmpty { waiting[client] = queue }
        }
        for index in runs.indices where cursors[index] < runs[index].records.endIndex {
            let record = runs[index].records[cursors[index]]
            let state = store.state(of: runs[index].client)
            // A client that waits for another one may grow by a struct that needs nobody.
            note(runs[index].client, record.clock > state ? record.clock - 1 : state)
        }
        for (client, queue) in waiting { note(client, queue.lowest) }
    }

    private mutating func note(_ client: UInt64, _ clock: UInt64) {
        missing[client] = min(missing[client] ?? .max, clock)
    }

    /// Goes on with one client until it is blocked or done.
    private mutating func advance(
        _ index: Int,
        _ store: inout DocumentStore,
        _ transaction: inout Transaction
    ) throws(YjsError) {
        let run = runs[index]
        tries[index] += 1
        var cursor = cursors[index]
        defer { cursors[index] = cursor }
        while cursor < run.records.endIndex {
            let slot = store.slot(of: run.client)
            let state = slot.map { store.clients[Int($0)].nextClock } ?? 0
            let record = run.records[cursor]
            if record.endClock <= state {
                cursor += 1
                continue
            }
            guard record.clock <= state else { return }
            let place = Integration(client: run.client, slot: slot, state: state, maxConflictSteps: maxConflictSteps)
            guard let blocker = try store.integrate(record, from: scan.sources, place, &transaction) else {
                cursor += 1
                continue
            }
            if try integrateAnother(run, after: cursor, place, &store, &transaction) { continue }
            wait(index, for: blocker)
            for other in otherBlockers { wait(index, for: other) }
            return
        }
    }

    private mutating func wait(_ index: Int, for blocker: YID) {
        let note = WaitingRun(clock: blocker.clock, run: index, try: tries[index])
        waiting[blocker.client, default: WaitingRuns()].add(note)
    }

    /// Tries a few more records that cover the same clock as a blocked one.
    ///
    /// - Returns: whether one was integrated; otherwise ``otherBlockers`` says what they wait for.
    private mutating func integrateAnother(
        _ run: StructRun,
        after cursor: Int,
        _ place: Integration,
        _ store: inout DocumentStore,
        _ transaction: inout Transaction
    ) throws(YjsError) -> Bool {
        otherBlockers.removeAll()
        var next = cursor + 1
        while next < run.records.endIndex, run.records[next].clock <= place.state, otherBlockers.count < 7 {
            let record = run.records[next]
            next += 1
            if record.endClock <= place.state { continue }
            guard let blocker = try store.integrate(record, from: scan.sources, place, &transaction) else {
                return true
            }
            otherBlockers.append(blocker)
        }
        return false
    }

    /// What could not be integrated, as one update without deletes, and its number of structs.
    func rest(_ store: DocumentStore) -> (update: [UInt8], count: Int)? {
        var body = Lib0Encoder()
        var block = BlockEncoder()
        var blocks: UInt64 = 0
        var count = 0
        for (index, run) in runs.enumerated() where cursors[index] < run.records.endIndex {
            let floor = store.state(of: run.client)
            guard block.write(run, from: cursors[index], floor: floor, sources: scan.sources, into: &body) else {
                continue
            }
            blocks += 1
            count += run.records.endIndex - cursors[index]
        }
        guard blocks > 0 else { return nil }
        body.writeVarUint(0)
        return (YUpdate.prefixed(body, count: blocks), count)
    }
}
