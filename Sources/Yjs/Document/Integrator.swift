/// Brings structs of one or several updates into a store, in an order in which each finds its predecessors.
struct Integrator {
    private let scan: ScannedUpdate
    private let runs: [StructRun]
    private let maxConflictSteps: Int
    /// The next record of each run.
    private var cursors: [Int]
    private var waiting: [UInt64: WaitingRuns] = [:]
    /// For each client that something waits for, the lowest clock that would help.
    private(set) var missing: [UInt64: UInt64] = [:]

    init(_ scan: ScannedUpdate, maxConflictSteps: Int) {
        self.scan = scan
        runs = scan.sortedByClient()
        self.maxConflictSteps = maxConflictSteps
        cursors = Array(repeating: 0, count: runs.count)
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
            queue.popReady(state: state, into: &ready)
            if !queue.isEmpty { waiting[client] = queue }
        }
        for index in runs.indices where cursors[index] < runs[index].records.count {
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
        while cursors[index] < run.records.count {
            let state = store.state(of: run.client)
            let record = run.records[cursors[index]]
            if record.endClock <= state {
                cursors[index] += 1
                continue
            }
            guard record.clock <= state else { return }
            try transaction.checkSteps(maxConflictSteps)
            let isBlocked = try integrateOne(index, state: state, &store, &transaction)
            if isBlocked { return }
        }
    }

    /// Tries the next record and, if it is blocked, a few others that cover the same clock.
    ///
    /// - Returns: whether the client is blocked.
    private mutating func integrateOne(
        _ index: Int,
        state: UInt64,
        _ store: inout DocumentStore,
        _ transaction: inout Transaction
    ) throws(YjsError) -> Bool {
        let run = runs[index]
        var blockers: [YID] = []
        var next = cursors[index]
        while next < run.records.count, run.records[next].clock <= state, blockers.count < 8 {
            let record = run.records[next]
            next += 1
            if record.endClock <= state { continue }
            let blocker = try store.integrate(
                record,
                of: run.client,
                from: scan.sources[Int(record.source)],
                maxConflictSteps: maxConflictSteps,
                &transaction
            )
            guard let blocker else { return false }
            blockers.append(blocker)
        }
        for blocker in blockers { waiting[blocker.client, default: WaitingRuns()].add(index, until: blocker.clock) }
        return true
    }

    /// What could not be integrated, as one update without deletes, and its number of structs.
    func rest(_ store: DocumentStore) -> (update: [UInt8], count: Int)? {
        var body = Lib0Encoder()
        var block = BlockEncoder()
        var blocks: UInt64 = 0
        var count = 0
        for (index, run) in runs.enumerated() where cursors[index] < run.records.count {
            let floor = store.state(of: run.client)
            guard block.write(run, from: cursors[index], floor: floor, sources: scan.sources, into: &body) else {
                continue
            }
            blocks += 1
            count += run.records.count - cursors[index]
        }
        guard blocks > 0 else { return nil }
        body.writeVarUint(0)
        return (YUpdate.prefixed(body, count: blocks), count)
    }
}

/// Runs that wait for a client, the lowest clock first.
private struct WaitingRuns {
    /// A heap whose first element has the lowest clock.
    private var heap: [(clock: UInt64, run: Int)] = []

    var isEmpty: Bool { heap.isEmpty }
    var lowest: UInt64 { heap.first?.clock ?? 0 }

    mutating func add(_ run: Int, until clock: UInt64) {
        heap.append((clock, run))
        var child = heap.count - 1
        while child > 0, heap[child].clock < heap[(child - 1) / 2].clock {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Moves the runs whose clock is known now.
    mutating func popReady(state: UInt64, into ready: inout [Int]) {
        while let first = heap.first, first.clock < state {
            ready.append(first.run)
            heap.swapAt(0, heap.count - 1)
            heap.removeLast()
            sink()
        }
    }

    private mutating func sink() {
        var parent = 0
        while parent * 2 + 1 < heap.count {
            var child = parent * 2 + 1
            if child + 1 < heap.count, heap[child + 1].clock < heap[child].clock { child += 1 }
            guard heap[child].clock < heap[parent].clock else { return }
            heap.swapAt(child, parent)
            parent = child
        }
    }
}
