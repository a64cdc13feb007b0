import CofferTesting
import Foundation
import Synchronization

@testable import CofferCore

/// The bytes of the database file and its companions.
func databaseFiles(in directory: String) -> [Data] {
    ["", "-wal", "-shm"].compactMap { FileManager.default.contents(atPath: "\(directory)/coffer.sqlite\($0)") }
}

extension Data {
    func holds(_ bytes: [UInt8]) -> Bool {
        range(of: Data(bytes)) != nil
    }
}

/// Counts how often the time is asked of another clock.
final class CountingClock: WallClock {
    private let base: ManualClock
    private let count = Mutex(0)

    init(_ base: ManualClock) {
        self.base = base
    }

    var looks: Int { count.withLock { $0 } }

    var now: Timestamp {
        count.withLock { $0 += 1 }
        return base.now
    }

    func sleep(until deadline: Timestamp) async throws {
        try await base.sleep(until: deadline)
    }
}

extension Database {
    /// Runs one statement in a write of its own.
    func execute(_ sql: SQL) async throws {
        try await write { _ = try $0.execute(sql) }
    }
}
