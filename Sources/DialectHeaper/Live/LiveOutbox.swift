import CofferHTTP
import NIOCore
import Synchronization

/// Frames on their way to one client, with a bound in bytes.
///
/// A part of them is with the connection, the rest waits here, so that what a client does not read can be forgotten.
final class LiveOutbox: Sendable {
    private struct State {
        var waiting = CircularBuffer<ByteBuffer>()
        var waitingBytes = 0
        /// Those that the connection has.
        var writingBytes = 0
        /// The largest frame since nothing waited; a whole document may be larger than the bound.
        var largest = 0
        var isWriting = false
        var isClosed = false
        /// What those who got room may still send.
        var reservedBytes = 0
        /// Those who wait for room, and for how many bytes.
        var waiters = CircularBuffer<(bytes: Int, continuation: CheckedContinuation<Void, Never>)>()

        /// Lets in those for whom there is room now; one of them may need more than there is.
        mutating func letIn() -> [CheckedContinuation<Void, Never>] {
            var ready: [CheckedContinuation<Void, Never>] = []
            while isClosed || waitingBytes + writingBytes + reservedBytes <= LiveOutbox.roomBytes,
                let next = waiters.popFirst()
            {
                reservedBytes += next.bytes
                ready.append(next.continuation)
            }
            return ready
        }
    }

    /// Bytes that are handed to the connection at a time.
    private static let batchBytes = 256 << 10
    /// With more on their way or announced there is no room for what can wait.
    private static let roomBytes = 1 << 20

    private let state = Mutex(State())
    private let maxBytes: Int
    private let session: any LiveTransport

    init(_ session: any LiveTransport, maxBytes: Int) {
        self.session = session
        self.maxBytes = maxBytes
    }

    /// - Returns: whether the client keeps up.
    func send(_ frames: [ByteBuffer]) -> Bool {
        let bytes = frames.reduce(0) { $0 + $1.readableBytes }
        let keepsUp = state.withLock { state in
            guard !state.isClosed else { return true }
            if state.waiting.isEmpty { state.largest = 0 }
            for frame in frames {
                state.largest = max(state.largest, frame.readableBytes)
                state.waiting.append(frame)
            }
            state.waitingBytes += bytes
            return state.waitingBytes - state.largest <= maxBytes
        }
        write()
        return keepsUp
    }

    /// Waits until there is room for something large that can wait, in the order in which they come.
    ///
    /// Who got it sends, and then gives it back by ``release(_:)``.
    func reserve(_ bytes: Int) async {
        await withCheckedContinuation { continuation in
            change { $0.waiters.append((bytes, continuation)) }
        }
    }

    func release(_ bytes: Int) {
        change { $0.reservedBytes -= bytes }
    }

    private func change(_ body: (inout State) -> Void) {
        let ready = state.withLock { state in
            body(&state)
            return state.letIn()
        }
        for continuation in ready { continuation.resume() }
    }

    /// The client is gone: what waits is forgotten, and nobody waits any more.
    func stop() {
        change { state in
            state.isClosed = true
            state.waiting.removeAll()
        }
    }

    /// Sends what waits, or forgets it, and then says why this is the end.
    func close(_ close: LiveClose, dropping: Bool) {
        var rest: [ByteBuffer] = []
        change { state in
            state.isClosed = true
            if !dropping { rest = Array(state.waiting) }
            state.waiting.removeAll()
        }
        if !rest.isEmpty { session.post(rest.map { .binary($0) }) {} }
        session.hangUp(close.wire.code, reason: close.wire.reason)
    }

    private func write() {
        let batch = state.withLock { state -> [ByteBuffer] in
            guard !state.isWriting, !state.waiting.isEmpty else { return [] }
            var batch: [ByteBuffer] = []
            var bytes = 0
            while bytes < Self.batchBytes, let frame = state.waiting.popFirst() {
                batch.append(frame)
                bytes += frame.readableBytes
            }
            state.waitingBytes -= bytes
            state.writingBytes = bytes
            state.isWriting = true
            return batch
        }
        guard !batch.isEmpty else { return }
        session.post(batch.map { .binary($0) }) { [self] in
            change { state in
                state.isWriting = false
                state.writingBytes = 0
            }
            write()
        }
    }
}

/// The part of a WebSocket that sending needs; both return at once.
protocol LiveTransport: Sendable {
    /// Sends messages together; `onWritten` is called on any thread when the kernel has them or the connection is gone.
    func post(_ messages: [WebSocketMessage], onWritten: @escaping @Sendable () -> Void)
    func hangUp(_ code: WebSocketCloseCode, reason: String)
}

extension WebSocketSession: LiveTransport {}
