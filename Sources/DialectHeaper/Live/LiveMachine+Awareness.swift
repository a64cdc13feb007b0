import Yjs

extension LiveMachine {
    /// Takes states, or reads them for nil; one after the other for each name.
    mutating func addStateTask(_ task: LiveSubscription.StateTask, _ id: SubscriptionID) {
        guard let subscription = subscriptions[id], let opening = subscription.opening else { return }
        guard case .document = opening.subject else { return answerForHeap(task, subscription.name) }
        // Each message tells a client's whole state: an old one that still waits may be passed over.
        if subscription.stateTasks.count >= limits.maxPendingStates { subscriptions[id]?.stateTasks.removeFirst() }
        subscriptions[id]?.stateTasks.append(task)
        advanceStates(id)
    }

    private mutating func advanceStates(_ id: SubscriptionID) {
        guard let subscription = subscriptions[id], case .document(let target)? = subscription.opening?.subject,
            !subscription.isStateTaskRunning, let task = subscription.stateTasks.first
        else { return }
        subscriptions[id]?.stateTasks.removeFirst()
        subscriptions[id]?.isStateTaskRunning = true
        run(task.map { .takeStates($0, target.block) } ?? .readStates(target.block), id)
    }

    mutating func finishStateTask(_ id: SubscriptionID) {
        subscriptions[id]?.isStateTaskRunning = false
        advanceStates(id)
        detachWhenIdle(id)
    }

    mutating func tookStates(_ id: SubscriptionID, _ isWellFormed: Bool) {
        if !isWellFormed { end(id, telling: "Reset Connection") }
        finishStateTask(id)
    }

    /// An answer comes even when nobody is there: who asks wants a sign of life, too.
    mutating func readStates(_ id: SubscriptionID, _ states: [UInt8]?) {
        if let subscription = subscriptions[id], subscription.opening != nil {
            send(subscription.name, .awareness(states ?? Awareness.encode([])))
        }
        finishStateTask(id)
    }

    /// Nobody sees another in a heap's channel; a client hears its own states, which keep it connected.
    private mutating func answerForHeap(_ task: LiveSubscription.StateTask, _ name: LiveName) {
        guard let states = task else { return send(name, .awareness(Awareness.encode([]))) }
        guard (try? Awareness.decode(states)) != nil else { return reset(name) }
        send(name, .awareness(states))
    }
}
