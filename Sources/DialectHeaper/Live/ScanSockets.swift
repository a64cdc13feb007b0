import CofferCore
import CofferHTTP
import Logging
import NIOCore
import Synchronization

/// Knows the heaps of a user and what is being scanned in them.
protocol ScanListing: Sendable {
    /// All heaps in which the user has a role.
    func heaps(of user: UserID) async throws -> [HeapID]
    /// Scan objects (contract, section 8) of the user's scans that are not finished.
    func activeScans(of user: UserID) async throws -> [JSONValue]
}

/// Serves `/api/ws` sockets: text frames with the states of scans; what clients say is ignored.
struct ScanSockets: Sendable {
    private static let lookInterval: Duration = .seconds(10)

    private let events: any HeapEventPassing
    private let sessions: SessionEnds
    private let counters: RealtimeCounters
    private let clock: any WallClock
    private let logger: Logger
    private let grace: Duration
    private let scans: any ScanListing

    init(_ services: LiveServices, scans: any ScanListing) {
        events = services.events
        sessions = services.sessions
        counters = services.counters
        clock = services.clock
        logger = services.logger
        grace = services.limits.tokenGrace
        self.scans = scans
    }

    func run(_ session: WebSocketSession, for caller: Caller) async {
        counters.connections.add()
        defer { counters.connections.add(-1) }
        let listener = ScanListener(session)
        defer { sessions.detach(listener, from: caller.session) }
        guard sessions.attach(listener, to: caller.session) else { return listener.sessionDidEnd(caller.session) }
        await withDiscardingTaskGroup { group in
            group.addTask {
                do {
                    try await follow(caller, listener, session)
                } catch is CancellationError {
                } catch {
                    logger.error("scan socket failed", metadata: ["error": "\(error)"])
                    session.hangUp(.internalError)
                }
            }
            while await session.next() != nil {}
            group.cancelAll()
        }
        for heap in listener.heaps { events.detach(listener, from: heap) }
    }

    /// Listens to all heaps of the caller, those too that come later, until the token is over.
    private func follow(_ caller: Caller, _ listener: ScanListener, _ session: WebSocketSession) async throws {
        var isFirst = true
        while true {
            let heaps = Set(try await scans.heaps(of: caller.user))
            for heap in listener.heaps.subtracting(heaps) { events.detach(listener, from: heap) }
            for heap in heaps.subtracting(listener.heaps) { events.attach(listener, to: heap) }
            listener.listen(to: heaps)
            if isFirst {
                for scan in try await scans.activeScans(of: caller.user) { session.post(ScanListener.message(scan)) }
                isFirst = false
            }
            guard clock.now < caller.expiresAt.advanced(by: grace) else {
                return listener.sessionDidEnd(caller.session)
            }
            try await clock.sleep(until: clock.now.advanced(by: Self.lookInterval))
        }
    }
}

/// Passes the states of scans on to one socket.
private final class ScanListener: HeapListener, SessionListener {
    private static let maxUnsent = 256

    private let session: WebSocketSession
    private let known = Mutex<Set<HeapID>>([])
    private let unsent = Atomic<Int>(0)

    init(_ session: WebSocketSession) {
        self.session = session
    }

    var heaps: Set<HeapID> { known.withLock { $0 } }

    func listen(to heaps: Set<HeapID>) {
        known.withLock { $0 = heaps }
    }

    func heap(_ heap: HeapID, didHear event: HeapEvent) {
        guard event.kind == .scanUpdate else { return }
        // Whoever does not read misses states, and gets the ones that come after.
        guard unsent.wrappingAdd(1, ordering: .relaxed).newValue <= Self.maxUnsent else {
            unsent.wrappingSubtract(1, ordering: .relaxed)
            return
        }
        session.post([Self.message(.object(event.details))]) { [self] in
            unsent.wrappingSubtract(1, ordering: .relaxed)
        }
    }

    func heapDidClose(_ heap: HeapID) {}

    func sessionDidEnd(_: String) {
        let close = LiveClose.unauthorized.wire
        session.hangUp(close.code, reason: close.reason)
    }

    static func message(_ scan: JSONValue) -> WebSocketMessage {
        var members: [JSONValue.Member] = [.init("type", "scan_update")]
        if case .object(let more) = scan { members += more.filter { $0.name != "type" } }
        return .text(String(buffer: JSONValue.object(members).encoded))
    }
}
