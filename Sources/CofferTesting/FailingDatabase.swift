package import CofferCore
import Synchronization

/// A database whose writes fail while it is told to.
package final class FailingDatabase: Database {
    private let base: any Database
    private let failure = Mutex<StorageError?>(nil)
    private let next = Mutex<(@Sendable () async -> Void)?>(nil)

    package init(_ base: any Database) {
        self.base = base
    }

    package func fail(with error: StorageError?) { failure.withLock { $0 = error } }

    /// Does something between the commit of the next write and its end.
    package func afterNextWrite(_ body: @escaping @Sendable () async -> Void) { next.withLock { $0 = body } }

    package func perform(
        _ access: DatabaseAccess,
        _ body: @escaping @Sendable (any SQLSession) throws -> Void
    ) async throws {
        let failure = failure.withLock { $0 }
        if let failure, case .write = access {
            try await base.perform(access) { session in
                try body(session)
                throw failure
            }
        } else {
            try await base.perform(access, body)
        }
        guard case .write = access else { return }
        let next = next.withLock { next in
            defer { next = nil }
            return next
        }
        await next?()
    }
}
