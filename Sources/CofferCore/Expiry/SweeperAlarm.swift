import Synchronization

/// Tells the sweeper that something is due earlier than it expects.
final class SweeperAlarm: Sendable {
    private struct State {
        /// When the sweeper will look by itself.
        var plannedLook = Timestamp(milliseconds: .max)
        var hasForgottenKeys = false
    }

    private let state = Mutex(State())
    /// Raised when the sweeper must look again.
    let signal = Signal()

    /// Wakes the sweeper unless it will look by `due` anyway.
    func expect(_ due: Timestamp) {
        let isEarlier = state.withLock { state in
            guard due < state.plannedLook else { return false }
            state.plannedLook = due
            return true
        }
        if isEarlier { signal.raise() }
    }

    func plan(_ look: Timestamp) {
        state.withLock { $0.plannedLook = look }
    }

    /// Remembers that the key of a sealed blob was deleted, which the write-ahead log may still hold.
    func noteForgottenKey() {
        state.withLock { $0.hasForgottenKeys = true }
    }

    func takeForgottenKeys() -> Bool {
        state.withLock { state in
            defer { state.hasForgottenKeys = false }
            return state.hasForgottenKeys
        }
    }
}
