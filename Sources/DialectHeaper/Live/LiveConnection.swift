import CofferCore
import CofferHTTP
import NIOCore
import Synchronization
import Yjs

/// One `/ws` socket: carries events to its ``LiveMachine``, and does what that says.
///
/// One task reads, jobs run beside it, documents tell from any thread; the machine sees one event at a time, and what it
/// sends leaves in that order.
final class LiveConnection: Sendable {
    private struct State {
        var machine: LiveMachine
        var listeners: [SubscriptionID: LiveListener] = [:]
        /// The reading task, while no frame may be read.
        var reader: CheckedContinuation<Void, Never>?
    }

    let services: LiveServices
    let logins: LiveLogins
    /// What the socket's URL says for logins and names that say nothing.
    let token: String
    let defaultHeap: String?
    private let state: Mutex<State>
    let outbox: LiveOutbox
    private let jobs: AsyncStream<LiveJob>
    private let jobSource: AsyncStream<LiveJob>.Continuation

    init(_ services: LiveServices, _ transport: any LiveTransport, token: String, defaultHeap: String?) {
        self.services = services
        logins = LiveLogins(services.sessions)
        self.token = token
        self.defaultHeap = defaultHeap
        let machine = LiveMachine(limits: services.limits, now: services.clock.now)
        state = Mutex(State(machine: machine))
        outbox = LiveOutbox(transport, maxBytes: services.limits.maxUnsentBytes)
        (jobs, jobSource) = AsyncStream.makeStream()
    }

    /// Serves until the client is gone and what it sent is dealt with.
    func run(_ next: @escaping @Sendable () async -> WebSocketMessage?) async {
        services.counters.connections.add()
        defer {
            services.counters.connections.add(-1)
            if services.counters.connections.value == 0 { services.broadcasts.forget() }
        }
        await withDiscardingTaskGroup { work in
            await withDiscardingTaskGroup { io in
                io.addTask { await self.read(next) }
                io.addTask { await self.watchClock() }
                for await job in jobs { work.addTask { await self.work(on: job) } }
                io.cancelAll()
            }
        }
        for (id, listener) in state.withLock({ $0.listeners }) { await letGo(listener, id) }
    }

    private func work(on job: LiveJob) async {
        guard case .answer(_, let block) = job.work else { return handle(await perform(job)) }
        await performInTurn(job, of: block)
    }

    // MARK: Events

    /// Tells the machine what happened and does what it answers.
    func handle(_ event: LiveEvent) {
        let (reader, isDone) = state.withLock { state in
            var actions = state.machine.handle(event, at: services.clock.now)
            if !carryOut(actions) {
                actions = state.machine.handle(.fellBehind, at: services.clock.now)
                _ = carryOut(actions)
            }
            let mayRead = state.machine.mayRead
            defer { if mayRead { state.reader = nil } }
            return (mayRead ? state.reader : nil, state.machine.isDone)
        }
        reader?.resume()
        if isDone { jobSource.finish() }
    }

    /// - Returns: whether the client keeps up with what is sent.
    private func carryOut(_ actions: [LiveAction]) -> Bool {
        var frames: [ByteBuffer] = []
        var end: (LiveClose, dropping: Bool)?
        for action in actions {
            switch action {
            case .send(let frame): frames.append(bytes(of: frame))
            case .run(let job): jobSource.yield(job)
            case .close(let close, let isDropping): end = (close, isDropping)
            }
        }
        let keepsUp = frames.isEmpty || outbox.send(frames)
        services.counters.framesOut.add(frames.count)
        services.counters.bytesOut.add(frames.reduce(0) { $0 + $1.readableBytes })
        if let end { outbox.close(end.0, dropping: end.dropping) }
        return keepsUp
    }

    private func bytes(of frame: LiveFrame) -> ByteBuffer {
        switch frame {
        case .message(let name, .sync(.update(let update), _)): services.broadcasts.frame(of: update, under: name)
        case .message(_, .auth(.denied)):
            frame.counted(by: services.counters.authDenied)
        default: frame.encoded
        }
    }

    // MARK: Reading

    private func read(_ next: @Sendable () async -> WebSocketMessage?) async {
        while await mayRead(), let message = await next() {
            services.counters.framesIn.add()
            switch message {
            case .text: handle(.receivedText)
            case .binary(let bytes):
                services.counters.bytesIn.add(bytes.readableBytes)
                handle(.received(Array(bytes.readableBytesView)))
            }
        }
        outbox.stop()
        handle(.ended)
    }

    /// Waits until the machine takes another frame.
    private func mayRead() async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn = state.withLock { state in
                    guard !state.machine.mayRead, !Task.isCancelled else { return true }
                    state.reader = continuation
                    return false
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: {
            let reader = state.withLock { state in
                defer { state.reader = nil }
                return state.reader
            }
            reader?.resume()
        }
        return !Task.isCancelled
    }

    private func watchClock() async {
        while (try? await services.clock.sleep(until: state.withLock { $0.machine.nextTick })) != nil {
            handle(.tick)
        }
    }

    // MARK: Listeners

    func keep(_ listener: LiveListener, _ id: SubscriptionID) {
        services.counters.subscriptions.add()
        state.withLock { $0.listeners[id] = listener }
    }

    func listener(_ id: SubscriptionID) -> LiveListener? {
        state.withLock { $0.listeners[id] }
    }

    /// Ends what a listener hears, and removes the states of its client.
    func letGo(_ listener: LiveListener, _ id: SubscriptionID) async {
        logins.forget(id, of: self)
        guard state.withLock({ $0.listeners.removeValue(forKey: id) }) != nil else { return }
        services.counters.subscriptions.add(-1)
        switch listener.subject {
        case .document(let target): await services.documents.detach(listener, from: target.block)
        case .heap(let heap): services.events.detach(listener, from: heap)
        }
    }
}

extension LiveFrame {
    fileprivate func counted(by counter: RealtimeCounters.Counter) -> ByteBuffer {
        counter.add()
        return encoded
    }
}
