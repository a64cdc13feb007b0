import CofferCore
import Yjs

extension LiveMachine {
    mutating func opened(_ id: SubscriptionID, _ opening: LiveOpening) {
        checks -= 1
        guard let subscription = subscriptions[id] else { return }
        // The document may have ended before its opening was told.
        guard subscription.phase == .checking else { return detachWhenIdle(id) }
        subscriptions[id]?.phase = .open(opening)
        subscriptions[id]?.expiresAt = opening.expiresAt
        subscriptions[id]?.held = []
        send(subscription.name, .auth(.authenticated(isReadOnly: opening.isReadOnly)))
        if let states = opening.awareness { send(subscription.name, .awareness(states)) }
        for message in subscription.held { send(subscription.name, message) }
        for message in unqueue(id) { receive(message, under: subscription.name) }
    }

    /// Denies a login; the next one in the queue starts afresh, and what came before it is dropped.
    mutating func refused(_ id: SubscriptionID, _ reason: String) {
        checks -= 1
        guard let name = subscriptions[id]?.name else { return }
        let queue = forget(id)
        noteEnd(of: name)
        send(name, .auth(.denied(reason: reason)))
        let rest = queue.drop { message in
            switch message {
            case .auth, .close: false
            default: true
            }
        }
        for message in rest { receive(message, under: name) }
    }

    // MARK: Newer tokens

    /// A token on an open name replaces the one before, and changes nothing else.
    mutating func renew(_ id: SubscriptionID, _ token: String, _ opening: LiveOpening) {
        if subscriptions[id]?.isVerifying == true {
            subscriptions[id]?.nextToken = token
        } else {
            subscriptions[id]?.isVerifying = true
            run(.verify(token: token, opening.user), id)
        }
    }

    mutating func verified(_ id: SubscriptionID, _ expiresAt: Timestamp?) {
        subscriptions[id]?.isVerifying = false
        guard let subscription = subscriptions[id], let opening = subscription.opening else {
            return detachWhenIdle(id)
        }
        guard let expiresAt else { return end(id, telling: "permission-denied") }
        subscriptions[id]?.expiresAt = expiresAt
        subscriptions[id]?.isTokenWanted = false
        guard let token = subscription.nextToken else { return }
        subscriptions[id]?.nextToken = nil
        renew(id, token, opening)
    }

    /// Asks for a newer token when one is over, and ends the subscription when none comes.
    mutating func watchToken(_ id: SubscriptionID) {
        guard let subscription = subscriptions[id], subscription.opening != nil, !subscription.isVerifying,
            let expiresAt = subscription.expiresAt, expiresAt <= now
        else { return }
        guard subscription.isTokenWanted else {
            subscriptions[id]?.isTokenWanted = true
            return send(subscription.name, .auth(.tokenWanted))
        }
        if expiresAt.advanced(by: limits.tokenGrace) <= now { end(id, telling: "token-expired") }
    }

    // MARK: Ends

    /// Closes a name over a frame that makes no sense.
    mutating func reset(_ name: LiveName) {
        guard let id = names[name] else { return send(name, .close(reason: "Reset Connection")) }
        end(id, telling: "Reset Connection")
    }

    /// Ends a subscription at once; what is being stored for it is not told any more.
    mutating func end(_ id: SubscriptionID, telling reason: String) {
        guard let subscription = subscriptions[id], subscription.phase != .closing else { return }
        if subscription.phase == .waiting {
            forget(id)
            return send(subscription.name, .close(reason: reason))
        }
        let waiting = subscription.tasks
        pendingBytes -= waiting.reduce(0) { $0 + $1.bytes }
        pendingUpdates -= waiting.count
        subscriptions[id]?.tasks.removeAll()
        subscriptions[id]?.stateTasks.removeAll()
        let wasOpen = subscription.opening != nil
        // What waits behind a client's own close is for the next one of this name.
        if !subscription.isLeaving {
            _ = unqueue(id)
            noteEnd(of: subscription.name)
        }
        subscriptions[id]?.phase = .closing
        send(subscription.name, .close(reason: reason))
        // While the login is checked, its end detaches.
        if wasOpen { detachWhenIdle(id) }
    }

    /// Lets go of the document of a name that is over, once nothing works for it any more.
    mutating func detachWhenIdle(_ id: SubscriptionID) {
        guard let subscription = subscriptions[id], subscription.phase == .closing, !subscription.isBusy else {
            return
        }
        subscriptions[id]?.isDetaching = true
        run(.detach, id)
    }

    /// A name that is over begins anew with what came for it meanwhile.
    mutating func detached(_ id: SubscriptionID) {
        guard let name = subscriptions[id]?.name else { return }
        for message in forget(id) { receive(message, under: name) }
    }

    /// Storage failed: whoever reconnects sends again what was not acknowledged.
    mutating func failed(_ id: SubscriptionID, _ lane: LiveJob.Lane) {
        switch lane {
        case .login:
            if subscriptions[id]?.isVerifying == true {
                subscriptions[id]?.isVerifying = false
                detachWhenIdle(id)
            } else {
                checks -= 1
                forget(id)
            }
        case .sync:
            if let name = subscriptions[id]?.name, subscriptions[id]?.opening != nil {
                for task in subscriptions[id]?.running ?? [] where task.isAcknowledged {
                    send(name, .syncStatus(isApplied: false))
                }
            }
            finishTasks(id)
        case .awareness: finishStateTask(id)
        case .end: forget(id)
        }
        close(.resetConnection)
    }
}
