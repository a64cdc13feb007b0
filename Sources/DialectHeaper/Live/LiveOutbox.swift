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
        /// The largest frame since nothing waited; a whole document may be larger than the bound.
        var largest = 0
        var isWriting = false
        var isClosed = false
    }

    /// Bytes that are handed to the connection at a time.
    private static let batchBytes = 256 << 10

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

    /// Sends what waits, or forgets it, and then says why this is the end.
    func close(_ close: LiveClose, dropping: Bool) {
        let rest = state.withLock { state -> [ByteBuffer] in
            guard !state.isClosed else { return [] }
            state.isClosed = true
            defer { state.waiting.removeAll() }
            return dropping ? [] : Array(state.waiting)
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
            state.isWriting = true
            return batch
        }
        guard !batch.isEmpty else { return }
        session.post(batch.map { .binary($0) }) { [self] in
            state.withLock { $0.isWriting = false }
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
