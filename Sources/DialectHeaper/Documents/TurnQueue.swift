/// Lets one after the other, in the order in which they came.
///
/// Part of an actor: whoever owns it calls it from there only.
struct TurnQueue {
    private var waiting: [CheckedContinuation<Void, Never>] = []
    private var next = 0
    private(set) var isTaken = false

    /// - Returns: whether it is the caller's turn at once; otherwise the caller must ``wait(_:)``.
    mutating func take() -> Bool {
        defer { isTaken = true }
        return !isTaken
    }

    mutating func wait(_ continuation: CheckedContinuation<Void, Never>) {
        waiting.append(continuation)
    }

    /// Ends a turn; the next in line has it then.
    mutating func pass() {
        guard next < waiting.count else {
            waiting.removeAll(keepingCapacity: true)
            next = 0
            isTaken = false
            return
        }
        next += 1
        waiting[next - 1].resume()
    }
}
