import CofferCore
import CofferHTTP
import Synchronization

/// Ends a WebSocket upload whose client has fallen silent.
final class SocketWatch: Sendable {
    private struct Expectation {
        let end: Timestamp
        let message: String
    }

    private let expectation = Mutex<Expectation?>(nil)
    private let clock: any WallClock

    init(clock: any WallClock) {
        self.clock = clock
    }

    /// Something must arrive within this time; the next call begins anew.
    func expect(within time: Duration, _ message: String) {
        let end = clock.now.advanced(by: time)
        expectation.withLock { $0 = Expectation(end: end, message: message) }
    }

    /// It is our turn; the client may be silent.
    func pause() {
        expectation.withLock { $0 = nil }
    }

    /// Runs until a time is over or the task is cancelled.
    func run(onTimeout: (UploadSocket.Failure) async -> Void) async {
        while true {
            let now = clock.now
            let expected = expectation.withLock { $0 }
            if let expected, expected.end <= now {
                return await onTimeout(.init(.policyViolation, expected.message))
            }
            // What is expected later ends no sooner, so looking again at the end of this one is soon enough.
            let look = expected?.end ?? now.advanced(by: .seconds(1))
            guard (try? await clock.sleep(until: look)) != nil else { return }
        }
    }
}
