import CofferCore
import Synchronization

/// Hears that a login it relies on has ended; called on any thread, must return at once.
protocol SessionListener: AnyObject, Sendable {
    func sessionDidEnd(_ session: String)
}

/// Tells whoever has a socket open that its login ended before its token did: the account was rejected, or a refresh token
/// was used twice.
final class SessionEnds: Sendable {
    /// For how long an end is remembered, for logins that were checked just before it and attach just after.
    private static let memory: Duration = .seconds(300)

    private struct State {
        var listeners: [String: [ObjectIdentifier: any SessionListener]] = [:]
        var ended: [String: Timestamp] = [:]
    }

    private let clock: any WallClock
    private let link: any NodeLink
    private let state = Mutex(State())

    init(clock: any WallClock, link: any NodeLink = SingleNode()) {
        self.clock = clock
        self.link = link
    }

    /// How many listen, of all logins together.
    var listenerCount: Int { state.withLock { $0.listeners.values.reduce(0) { $0 + $1.count } } }

    /// Begins to listen; once is enough for a listener and a session.
    ///
    /// - Returns: false when the session has ended already.
    func attach(_ listener: any SessionListener, to session: String) -> Bool {
        state.withLock { state in
            guard state.ended[session] == nil else { return false }
            state.listeners[session, default: [:]][ObjectIdentifier(listener)] = listener
            return true
        }
    }

    func detach(_ listener: any SessionListener, from session: String) {
        state.withLock { state in
            state.listeners[session]?[ObjectIdentifier(listener)] = nil
            if state.listeners[session]?.isEmpty == true { state.listeners[session] = nil }
        }
    }

    /// Tells that sessions have ended; their rows are gone.
    func end(_ sessions: [String]) {
        guard !sessions.isEmpty else { return }
        tell(sessions)
        link.send(.sessionsEnded(sessions))
    }

    /// Takes what another node sent.
    func receive(_ message: NodeMessage) {
        if case .sessionsEnded(let sessions) = message { tell(sessions) }
    }

    private func tell(_ sessions: [String]) {
        let now = clock.now
        let hearing = state.withLock { state in
            state.ended = state.ended.filter { $0.value.advanced(by: Self.memory) > now }
            return sessions.map { session in
                state.ended[session] = now
                return (session, state.listeners.removeValue(forKey: session).map { Array($0.values) } ?? [])
            }
        }
        for (session, listeners) in hearing { for listener in listeners { listener.sessionDidEnd(session) } }
    }
}
