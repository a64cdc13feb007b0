/// A run of structs that waits until a clock of another client is known.
struct WaitingRun {
    var clock: UInt64
    var run: Int
    /// Which of the attempts to go on with the run led to this note.
    var `try`: Int
}

/// Runs that wait for one client, the lowest clock first.
struct WaitingRuns {
    /// A heap whose first element has the lowest clock.
    private var heap: [WaitingRun] = []

    var isEmpty: Bool { heap.isEmpty }
    var lowest: UInt64 { heap.first?.clock ?? 0 }

    mutating func add(_ waiting: WaitingRun) {
        heap.append(waiting)
        var child = heap.count - 1
        while child > 0, heap[child].clock < heap[(child - 1) / 2].clock {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Moves the runs whose clock is known now; those that were tried again since are left out.
    ///
    /// A run waits for several clocks at once. Without that check each of them would try it, and each try would add
    /// more.
    mutating func popReady(state: UInt64, tries: [Int], into ready: inout [Int]) {
        while let first = heap.first, first.clock < state {
            if first.try == tries[first.run], ready.last != first.run { ready.append(first.run) }
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
