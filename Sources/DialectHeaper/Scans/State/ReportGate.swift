import CofferCore

/// Lets at most four reports of progress through in a second; changes of state always pass.
struct ReportGate: Sendable {
    private static let pause: Duration = .milliseconds(250)

    private var last: Timestamp?

    mutating func passes(at now: Timestamp, isStateChange: Bool) -> Bool {
        // A clock that was set back must not silence anybody.
        let isEarly = last.map { $0 <= now && $0.duration(to: now) < Self.pause } ?? false
        guard isStateChange || !isEarly else { return false }
        last = now
        return true
    }
}
