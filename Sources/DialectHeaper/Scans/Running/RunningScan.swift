import CofferCore
import Synchronization

/// A scan that is not finished; tells the heap's listeners what it does.
final class RunningScan: Sendable {
    private struct State {
        var scan: Scan
        var gate = ReportGate()
    }

    let heap: HeapPlace
    private let state: Mutex<State>
    private let isStopped = Atomic(false)
    private let events: any HeapEventPassing
    private let clock: any WallClock

    init(_ scan: Scan, in heap: HeapPlace, events: any HeapEventPassing, clock: any WallClock) {
        self.heap = heap
        state = Mutex(State(scan: scan))
        self.events = events
        self.clock = clock
    }

    var scan: Scan { state.withLock { $0.scan } }

    /// Asked by what runs it, between two steps.
    var mayGoOn: Bool { !isStopped.load(ordering: .relaxed) }

    /// Makes it stop soon, because the server does.
    func stop() {
        isStopped.store(true, ordering: .relaxed)
    }

    /// Makes it stop soon, because somebody said so.
    func abort() -> Scan {
        stop()
        return update { _ = $0.abort() }
    }

    func finish(_ end: Scan.End) -> Scan {
        update { $0.finish(end, at: clock.now) }
    }

    func tellStart() {
        publish(scan)
    }

    /// Changes counts or state, and tells it unless that was done a moment ago.
    @discardableResult
    func update(_ body: (inout Scan) -> Void) -> Scan {
        let now = clock.now
        let (scan, isTold) = state.withLock { state in
            let before = state.scan.status
            body(&state.scan)
            let isStateChange = state.scan.status != before
            return (state.scan, state.gate.passes(at: now, isStateChange: isStateChange))
        }
        if isTold { publish(scan) }
        return scan
    }

    private func publish(_ scan: Scan) {
        var event = HeapEvent(kind: .scanUpdate, heap: scan.heap)
        event.details = scan.members
        events.publish(event)
    }
}
