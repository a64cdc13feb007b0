import CofferCore
import CofferHTTP
import Synchronization

/// Takes orders for scans, and knows those that wait or run.
final class ScanDesk: ActiveScanFinding {
    /// Scans at the same time; those of one heap run one after the other.
    private static let width = 2

    private struct State {
        /// In the order in which they were asked for.
        var active: [RunningScan] = []
        var started: Set<String> = []
    }

    private let state = Mutex(State())
    private let store: ScanStore
    private let events: any HeapEventPassing
    /// Raised when a scan may begin.
    let signal = Signal()

    init(store: ScanStore, events: any HeapEventPassing) {
        self.store = store
        self.events = events
    }

    /// Orders a scan.
    ///
    /// - Throws: ``ScanFailure/active(_:)`` while the same folder is scanned, ``StorageError``.
    func order(_ path: FolderPath, in heap: HeapPlace, by user: UserID) async throws -> Scan {
        let now = store.clock.now
        let scan = Scan(id: store.newID(), heap: heap.heap, user: user, path: path, startedAt: now)
        let running = RunningScan(scan, in: heap, events: events, clock: store.clock)
        try state.withLock { state in
            let same = state.active.map(\.scan).first { $0.heap == heap.heap && $0.path == path }
            if let same { throw ScanFailure.active(same.id) }
            state.active.append(running)
            // It waits until its row is durable.
            state.started.insert(scan.id)
        }
        do {
            try await store.insert(scan)
        } catch {
            remove(scan.id)
            throw error
        }
        _ = state.withLock { $0.started.remove(scan.id) }
        running.tellStart()
        signal.raise()
        return scan
    }

    /// The scan with this id, if it is not finished.
    func running(_ id: String) -> RunningScan? {
        state.withLock { $0.active.first { $0.scan.id == id } }
    }

    /// Those of a heap, the oldest first.
    func running(in heap: HeapID) -> [RunningScan] {
        state.withLock { $0.active.filter { $0.scan.heap == heap } }
    }

    var activeIDs: Set<String> { state.withLock { Set($0.active.map(\.scan.id)) } }

    func activeScans(of user: UserID?) -> [JSONValue] {
        let scans = state.withLock { $0.active.map(\.scan) }
        return scans.filter { user == nil || $0.user == user }.map { .object($0.members) }
    }

    /// The next scan that may begin; it counts as begun.
    func next() -> RunningScan? {
        state.withLock { state in
            let busy = state.active.filter { state.started.contains($0.scan.id) }
            guard busy.count < Self.width else { return nil }
            let heaps = Set(busy.map(\.scan.heap))
            guard let next = state.active.first(where: { !heaps.contains($0.scan.heap) }) else { return nil }
            state.started.insert(next.scan.id)
            return next
        }
    }

    func end(_ running: RunningScan) {
        remove(running.scan.id)
        signal.raise()
    }

    private func remove(_ id: String) {
        state.withLock { state in
            state.active.removeAll { $0.scan.id == id }
            state.started.remove(id)
        }
    }
}
