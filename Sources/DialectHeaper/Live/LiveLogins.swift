import Synchronization

/// The logins that the subscriptions of one socket rely on.
final class LiveLogins: Sendable {
    private let ends: SessionEnds
    private let sessions = Mutex<[String: Set<SubscriptionID>]>([:])

    init(_ ends: SessionEnds) {
        self.ends = ends
    }

    /// Notes the login of a subscription, in place of the one before; the connection hears when it ends.
    ///
    /// - Returns: false when it has ended already.
    func note(_ session: String, for id: SubscriptionID, of connection: LiveConnection) -> Bool {
        // Under the lock, or what one task attaches, another could detach.
        sessions.withLock { sessions in
            guard ends.attach(connection, to: session) else { return false }
            Self.remove(id, from: &sessions, except: session) { ends.detach(connection, from: $0) }
            sessions[session, default: []].insert(id)
            return true
        }
    }

    func forget(_ id: SubscriptionID, of connection: LiveConnection) {
        sessions.withLock { sessions in
            Self.remove(id, from: &sessions) { ends.detach(connection, from: $0) }
        }
    }

    /// Forgets a login that has ended.
    ///
    /// - Returns: its subscriptions, and whether there is no other login.
    func end(_ session: String) -> (subscriptions: [SubscriptionID], isLast: Bool) {
        sessions.withLock { sessions in
            let ended = sessions.removeValue(forKey: session) ?? []
            return (ended.sorted(), sessions.isEmpty)
        }
    }

    /// `unused`: is told each session that no subscription relies on any more.
    private static func remove(
        _ id: SubscriptionID,
        from sessions: inout [String: Set<SubscriptionID>],
        except kept: String? = nil,
        unused: (String) -> Void
    ) {
        for session in sessions.keys where session != kept && sessions[session]?.remove(id) != nil {
            guard sessions[session]?.isEmpty == true else { continue }
            sessions[session] = nil
            unused(session)
        }
    }
}

extension LiveConnection: SessionListener {
    /// Ends what relied on the session; a socket without any other login ends, too, so that its client logs in again.
    func sessionDidEnd(_ session: String) {
        let (subscriptions, isLast) = logins.end(session)
        for id in subscriptions { handle(.gone(id, reason: "permission-denied")) }
        if isLast { handle(.loggedOut) }
    }
}
