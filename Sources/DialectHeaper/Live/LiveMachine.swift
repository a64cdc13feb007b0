import CofferCore
import Yjs

/// The server's side of one `/ws` socket, without input, output or a clock.
///
/// In goes what a client sent, what became of it and what documents told; out comes what to send and to do.
///
/// Each name has a subscription of its own: `waiting → checking → open → closing`. Frames that come before a login is done
/// are kept and played again; updates of an open name are stored one batch after the other, so that what comes while a
/// batch is stored makes up the next.
///
/// Source: Heaper contract, section 5.
struct LiveMachine: Sendable {
    let limits: LiveLimits
    var subscriptions: [SubscriptionID: LiveSubscription] = [:]
    var names: [LiveName: SubscriptionID] = [:]
    /// Names that were denied or closed by us; only a login opens them again.
    private var ended: Set<LiveName> = []
    var actions: [LiveAction] = []
    var now: Timestamp
    /// Of all frames that wait for a login.
    var queuedBytes = 0
    var queuedFrames = 0
    /// Of all updates that wait to be stored.
    var pendingBytes = 0
    var pendingUpdates = 0
    var checks = 0
    var runningJobs = 0
    private var lastNumber = 0
    private let openedAt: Timestamp
    private var lastSentAt: Timestamp
    private var hasLoggedIn = false
    /// Newer providers say their version, and understand pings.
    private var understandsPings = false
    /// Nothing is sent any more.
    private(set) var isOver = false
    private var hasEnded = false

    init(limits: LiveLimits = LiveLimits(), now: Timestamp) {
        self.limits = limits
        self.now = now
        openedAt = now
        lastSentAt = now
    }

    /// Whether the next frame may be read.
    ///
    /// When it may not, a job is running whose end changes that.
    var mayRead: Bool {
        pendingBytes < limits.maxPendingBytes && pendingUpdates < limits.maxPendingUpdates
            && (checks == 0
                || checks < limits.maxChecks && queuedBytes < limits.maxQueuedBytes / 4
                    && queuedFrames < limits.maxQueuedFrames / 2)
    }

    /// Whether the client is gone and everything that it sent is dealt with.
    var isDone: Bool { hasEnded && runningJobs == 0 }

    mutating func handle(_ event: LiveEvent, at time: Timestamp) -> [LiveAction] {
        now = time
        actions = []
        switch event {
        case .received(let bytes): if !isOver { receive(bytes) }
        case .receivedText: close(.unauthorized)
        case .ended:
            hasEnded = true
            isOver = true
        case .fellBehind: close(.resetConnection, dropping: true)
        case .loggedOut: close(.unauthorized)
        case .tick: if !isOver { tick() }
        case .changed(let id, let update): pass(.sync(.update(update), isReply: false), to: id)
        case .awarenessChanged(let id, let states): pass(.awareness(states), to: id)
        case .told(let id, let text): pass(.stateless(text), to: id)
        case .gone(let id, let reason): end(id, telling: reason)
        default:
            runningJobs -= 1
            conclude(event)
        }
        return actions
    }

    private mutating func conclude(_ event: LiveEvent) {
        switch event {
        case .opened(let id, let opening):
            hasLoggedIn = true
            opened(id, opening)
        case .refused(let id, let reason): refused(id, reason)
        case .verified(let id, let expiresAt): verified(id, expiresAt)
        case .applied(let id, let outcomes): applied(id, outcomes)
        case .compared(let id, let isCovered): compared(id, isCovered)
        case .answered(let id, let answer): answered(id, answer)
        case .tookStates(let id, let isWellFormed): tookStates(id, isWellFormed)
        case .readStates(let id, let states): readStates(id, states)
        case .detached(let id): detached(id)
        case .failed(let id, let lane): failed(id, lane)
        default: break
        }
    }

    // MARK: Frames

    private mutating func receive(_ bytes: [UInt8]) {
        do {
            switch try LiveFrame(decoding: bytes) {
            case .ping: send(.pong)
            case .pong: break
            case .message(let name, let message): receive(message, under: name)
            }
        } catch {
            switch error {
            case .unreadable: close(.unauthorized)
            case .brokenAuth: close(.resetConnection)
            case .malformed(let name): reset(name)
            }
        }
    }

    mutating func receive(_ message: LiveMessage, under name: LiveName) {
        switch message {
        // A server's word, or of a later protocol.
        case .syncStatus, .unknown: return
        case .auth(.token(_, let version)): if version != nil { understandsPings = true }
        case .auth: return close(.resetConnection)
        default: break
        }
        guard let id = names[name], let subscription = subscriptions[id] else { return begin(name, with: message) }
        switch subscription.phase {
        case .waiting: wait(id, message)
        case .checking, .closing: queue(message, for: id)
        case .open where subscription.isLeaving: queue(message, for: id)
        case .open(let opening): take(message, for: id, opening)
        }
    }

    /// The first frame of a name.
    private mutating func begin(_ name: LiveName, with message: LiveMessage) {
        if case .close = message { return send(name, .close(reason: "provider_initiated")) }
        if ended.contains(name) {
            // A client that was denied, or that has not read our close yet, goes on for a while.
            guard case .auth = message else { return }
            ended.remove(name)
        }
        guard subscriptions.count < limits.maxNames else {
            guard case .auth = message else { return }
            return send(name, .auth(.denied(reason: "too-many-documents")))
        }
        lastNumber += 1
        let id = SubscriptionID(number: lastNumber)
        names[name] = id
        subscriptions[id] = LiveSubscription(name)
        wait(id, message)
        if subscriptions.values.lazy.filter({ $0.phase == .waiting }).count > limits.maxWaitingNames {
            close(.resetConnection)
        }
    }

    private mutating func wait(_ id: SubscriptionID, _ message: LiveMessage) {
        guard let name = subscriptions[id]?.name else { return }
        switch message {
        case .auth(.token(let token, _)):
            subscriptions[id]?.phase = .checking
            checks += 1
            run(.open(name, token: token), id)
        case .close:
            forget(id)
            send(name, .close(reason: "provider_initiated"))
        default: queue(message, for: id)
        }
    }

    private mutating func queue(_ message: LiveMessage, for id: SubscriptionID) {
        subscriptions[id]?.queue.append(message)
        subscriptions[id]?.queuedBytes += message.bytes
        queuedBytes += message.bytes
        queuedFrames += 1
        if queuedBytes > limits.maxQueuedBytes || queuedFrames > limits.maxQueuedFrames { close(.resetConnection) }
    }

    /// Takes the frames that wait out of a subscription.
    mutating func unqueue(_ id: SubscriptionID) -> [LiveMessage] {
        guard let subscription = subscriptions[id] else { return [] }
        queuedBytes -= subscription.queuedBytes
        queuedFrames -= subscription.queue.count
        subscriptions[id]?.queue = []
        subscriptions[id]?.queuedBytes = 0
        return subscription.queue
    }

    /// Forgets a subscription and its frames.
    @discardableResult
    mutating func forget(_ id: SubscriptionID) -> [LiveMessage] {
        let queue = unqueue(id)
        if let subscription = subscriptions.removeValue(forKey: id) { names[subscription.name] = nil }
        return queue
    }

    /// Notes that only a login opens this name again.
    mutating func noteEnd(of name: LiveName) {
        if ended.count >= limits.maxNames { ended.removeAll() }
        ended.insert(name)
    }

    // MARK: Time

    /// When the clock must tick next, at the latest.
    var nextTick: Timestamp {
        let latest = now.advanced(by: limits.tickInterval)
        let silence = lastSentAt.advanced(by: limits.maxSilence)
        return silence > now ? min(silence, latest) : latest
    }

    private mutating func tick() {
        if !hasLoggedIn, openedAt.duration(to: now) >= limits.loginTimeout { return close(.connectionTimeout) }
        for id in subscriptions.keys.sorted() { watchToken(id) }
        guard lastSentAt.duration(to: now) >= limits.maxSilence else { return }
        if understandsPings {
            send(.ping)
        } else if let id = subscriptions.filter({ $0.value.opening != nil }).keys.min(),
            let name = subscriptions[id]?.name
        {
            send(name, .queryAwareness)
        }
    }

    // MARK: Out

    mutating func send(_ frame: LiveFrame) {
        guard !isOver else { return }
        lastSentAt = now
        actions.append(.send(frame))
    }

    mutating func send(_ name: LiveName, _ message: LiveMessage) {
        send(.message(name, message))
    }

    mutating func run(_ work: LiveJob.Work, _ id: SubscriptionID) {
        runningJobs += 1
        actions.append(.run(LiveJob(subscription: id, work: work)))
    }

    mutating func close(_ close: LiveClose, dropping: Bool = false) {
        guard !isOver else { return }
        isOver = true
        actions.append(.close(close, dropping: dropping))
    }
}

extension LiveMessage {
    /// What it takes in memory while it waits, roughly.
    fileprivate var bytes: Int {
        switch self {
        case .sync(.step1(let bytes), _), .sync(.step2(let bytes), _), .sync(.update(let bytes), _),
            .awareness(let bytes):
            bytes.count
        case .auth(.token(let text, _)), .stateless(let text), .close(let text): text.utf8.count
        default: 0
        }
    }
}
