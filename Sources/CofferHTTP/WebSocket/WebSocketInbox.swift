import NIOCore
import Synchronization

/// Messages on their way from the event loop to the handler, with a bound in bytes.
///
/// The loop offers, one task takes. Past three quarters of the bound the socket is not read any more, below half of it
/// reading goes on.
final class WebSocketInbox: Sendable {
    private struct State {
        var messages = CircularBuffer<WebSocketMessage>()
        var bytes = 0
        var isPaused = false
        var isFinished = false
        var waiting: CheckedContinuation<WebSocketMessage?, Never>?
    }

    private let state = Mutex(State())
    private let maxBytes: Int
    private let resumeReading: @Sendable () -> Void

    /// `resumeReading`: called when the loop may read the socket again; on any thread.
    init(maxBytes: Int, resumeReading: @escaping @Sendable () -> Void) {
        self.maxBytes = maxBytes
        self.resumeReading = resumeReading
    }

    /// - Returns: whether the socket must not be read for now.
    func offer(_ message: WebSocketMessage) -> Bool {
        let (waiting, isPaused) = state.withLock { state in
            guard !state.isFinished else { return (CheckedContinuation<WebSocketMessage?, Never>?.none, false) }
            if let waiting = state.waiting {
                state.waiting = nil
                return (waiting, false)
            }
            state.messages.append(message)
            state.bytes += message.cost
            // Once paused, only the taker ends it: what was read before the pause may still be offered after it.
            if state.bytes * 4 > maxBytes * 3 { state.isPaused = true }
            return (nil, state.isPaused)
        }
        waiting?.resume(returning: message)
        return isPaused
    }

    /// The next message; nil when the connection has ended or the task was cancelled.
    func next() async -> WebSocketMessage? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (result, mustResume) = state.withLock { state in
                    take(continuation, from: &state)
                }
                if let result { continuation.resume(returning: result) }
                if mustResume { resumeReading() }
            }
        } onCancel: {
            finish()
        }
    }

    /// - Returns: what to answer at once; nil when the continuation waits.
    private func take(
        _ continuation: CheckedContinuation<WebSocketMessage?, Never>,
        from state: inout State
    ) -> (result: WebSocketMessage??, mustResume: Bool) {
        if let message = state.messages.popFirst() {
            state.bytes -= message.cost
            let mustResume = state.isPaused && state.bytes * 2 < maxBytes
            if mustResume { state.isPaused = false }
            return (.some(message), mustResume)
        }
        if state.isFinished { return (.some(nil), false) }
        state.waiting = continuation
        return (nil, false)
    }

    /// Ends the sequence; messages that wait may still be taken.
    func finish() {
        let (waiting, wasPaused) = state.withLock { state in
            state.isFinished = true
            defer {
                state.waiting = nil
                state.isPaused = false
            }
            return (state.waiting, state.isPaused)
        }
        waiting?.resume(returning: nil)
        // The peer's close has to be read too.
        if wasPaused { resumeReading() }
    }
}

extension WebSocketMessage {
    /// Bytes, and something for the message itself.
    fileprivate var cost: Int {
        switch self {
        case .text(let text): text.utf8.count + 64
        case .binary(let bytes): bytes.readableBytes + 64
        }
    }
}
