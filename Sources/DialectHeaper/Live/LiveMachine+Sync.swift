import CofferCore
import Yjs

extension LiveMachine {
    /// The update that changes nothing, and the state vector of an empty document.
    static let emptyUpdate: [UInt8] = [0, 0]
    private static let emptyVector: [UInt8] = [0]

    /// A frame for an open name.
    mutating func take(_ message: LiveMessage, for id: SubscriptionID, _ opening: LiveOpening) {
        guard let name = subscriptions[id]?.name else { return }
        switch message {
        case .sync(let sync, let isReply): take(sync, isReply: isReply, for: id, opening)
        case .awareness(let states):
            guard states.count <= limits.maxAwarenessBytes else { return reset(name) }
            addStateTask(states, id)
        case .auth(.token(let token, _)): renew(id, token, opening)
        case .queryAwareness: addStateTask(nil, id)
        case .close:
            subscriptions[id]?.isLeaving = true
            add(.close, id)
        case .broadcastStateless: reset(name)
        // Nobody is told what one client says.
        case .stateless, .auth, .syncStatus, .unknown: break
        }
    }

    private mutating func take(_ sync: SyncMessage, isReply: Bool, for id: SubscriptionID, _ opening: LiveOpening) {
        switch sync {
        case .step1(let vector): add(.answer(stateVector: vector, isReply: isReply), id)
        case .step2(let update): add(opening.isReadOnly ? .compare(update) : .update(update), id)
        case .update(let update):
            // Refused without a look, but in its turn.
            add(opening.isReadOnly ? .refuse : .update(update), id)
        }
    }

    private mutating func add(_ task: LiveSubscription.Task, _ id: SubscriptionID) {
        subscriptions[id]?.tasks.append(task)
        pendingBytes += task.bytes
        pendingUpdates += 1
        advance(id)
    }

    // MARK: One after the other

    /// Begins what is next for a document.
    private mutating func advance(_ id: SubscriptionID) {
        while let subscription = subscriptions[id], let opening = subscription.opening,
            subscription.running.isEmpty, let task = subscription.tasks.first
        {
            guard case .document(let target) = opening.subject else {
                subscriptions[id]?.tasks.removeFirst()
                finish([task])
                answerForHeap(task, id)
                continue
            }
            begin(task, target, opening, id)
        }
    }

    private mutating func begin(
        _ task: LiveSubscription.Task,
        _ target: DocumentTarget,
        _ opening: LiveOpening,
        _ id: SubscriptionID
    ) {
        guard let name = subscriptions[id]?.name else { return }
        if case .update = task { return beginBatch(target, opening, id) }
        subscriptions[id]?.tasks.removeFirst()
        switch task {
        case .update: break
        case .refuse:
            finish([task])
            send(name, .syncStatus(isApplied: false))
        case .close:
            finish([task])
            end(id, telling: "provider_initiated")
        case .compare(let update):
            subscriptions[id]?.running = [task]
            run(.compare(update, target.block), id)
        case .answer(let vector, _):
            subscriptions[id]?.running = [task]
            run(.answer(stateVector: vector, target.block), id)
        }
    }

    /// Submits all updates that wait in a row, up to a bound.
    private mutating func beginBatch(_ target: DocumentTarget, _ opening: LiveOpening, _ id: SubscriptionID) {
        guard let tasks = subscriptions[id]?.tasks else { return }
        var updates: [[UInt8]] = []
        var bytes = 0
        for task in tasks {
            guard case .update(let update) = task, updates.count < limits.maxBatchUpdates,
                updates.isEmpty || bytes + update.count <= limits.maxBatchBytes
            else { break }
            updates.append(update)
            bytes += update.count
        }
        subscriptions[id]?.running = Array(tasks.prefix(updates.count))
        subscriptions[id]?.tasks.removeFirst(updates.count)
        run(.apply(updates, target, opening.user), id)
    }

    private mutating func finish(_ tasks: [LiveSubscription.Task]) {
        pendingBytes -= tasks.reduce(0) { $0 + $1.bytes }
        pendingUpdates -= tasks.count
    }

    mutating func finishTasks(_ id: SubscriptionID) {
        finish(subscriptions[id]?.running ?? [])
        subscriptions[id]?.running = []
        advance(id)
        detachWhenIdle(id)
    }

    // MARK: What became of it

    /// One acknowledgement for each update (contract, section 5.1, number 3).
    mutating func applied(_ id: SubscriptionID, _ outcomes: [UpdateOutcome]) {
        if let subscription = subscriptions[id], subscription.opening != nil {
            for outcome in outcomes {
                send(subscription.name, .syncStatus(isApplied: outcome == .applied || outcome == .unchanged))
            }
            // It was purged while somebody logged in, who was therefore not told.
            if outcomes.contains(.deleted) { end(id, telling: OpenDocument.purgedReason) }
        }
        finishTasks(id)
    }

    mutating func compared(_ id: SubscriptionID, _ isCovered: Bool) {
        if let subscription = subscriptions[id], subscription.opening != nil {
            send(subscription.name, .syncStatus(isApplied: isCovered))
        }
        finishTasks(id)
    }

    mutating func answered(_ id: SubscriptionID, _ answer: LiveAnswer?) {
        if let subscription = subscriptions[id], subscription.opening != nil {
            if let answer {
                var isReply = false
                if case .answer(_, let flag)? = subscription.running.first { isReply = flag }
                send(answer, under: subscription.name, isReply: isReply)
            } else {
                end(id, telling: "Reset Connection")
            }
        }
        finishTasks(id)
    }

    /// Our step 1 goes first, so that the client's changes are on their way while it reads ours.
    private mutating func send(_ answer: LiveAnswer, under name: LiveName, isReply: Bool) {
        if !isReply { send(name, .sync(.step1(stateVector: answer.stateVector), isReply: false)) }
        send(name, .sync(.step2(update: answer.update), isReply: false))
    }

    /// A heap's channel has a document that is empty and stays so.
    private mutating func answerForHeap(_ task: LiveSubscription.Task, _ id: SubscriptionID) {
        guard let name = subscriptions[id]?.name else { return }
        switch task {
        case .answer(let vector, let isReply):
            guard (try? StateVector(decoding: vector)) != nil else { return reset(name) }
            send(LiveAnswer(stateVector: Self.emptyVector, update: Self.emptyUpdate), under: name, isReply: isReply)
        case .compare(let update): send(name, .syncStatus(isApplied: update == Self.emptyUpdate))
        case .update, .refuse: send(name, .syncStatus(isApplied: false))
        case .close: end(id, telling: "provider_initiated")
        }
    }

    /// Passes on what a document or heap told.
    mutating func pass(_ message: LiveMessage, to id: SubscriptionID) {
        guard let subscription = subscriptions[id] else { return }
        switch subscription.phase {
        case .open: send(subscription.name, message)
        case .checking: subscriptions[id]?.held.append(message)
        case .waiting, .closing: break
        }
    }
}
