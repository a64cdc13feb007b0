import Synchronization

/// A bound on bytes that several tasks may hold in memory together.
package final class MemoryBudget: Sendable {
    /// A part of the budget; it goes back when the last reference goes.
    package final class Share: Sendable {
        private let budget: MemoryBudget
        private let bytes: Int64

        fileprivate init(_ budget: MemoryBudget, _ bytes: Int64) {
            self.budget = budget
            self.bytes = bytes
        }

        deinit {
            budget.left.withLock { $0 += bytes }
        }
    }

    private let left: Mutex<Int64>

    package init(bytes: Int64) {
        left = Mutex(bytes)
    }

    /// A share of that many bytes; nil when the others have taken too many.
    package func take(_ bytes: Int64) -> Share? {
        let isEnough = left.withLock { left in
            guard bytes <= left else { return false }
            left -= bytes
            return true
        }
        return isEnough ? Share(self, bytes) : nil
    }
}
