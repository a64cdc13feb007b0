import CofferTesting
import Dispatch
import Synchronization
import Testing

@testable import CofferCore

@Suite("SQLiteDatabase: group commit and isolation")
struct GroupCommitTests {
    private struct Refused: Error, Equatable { let id: Int }

    private func withDatabase(_ body: @Sendable (SQLiteDatabase) async throws -> Void) async throws {
        let directory = try temporaryDirectory()
        let database = try SQLiteDatabase(path: "\(directory.path)/coffer.sqlite")
        let result: Result<Void, any Error>
        do {
            try await database.execute("CREATE TABLE t (id INTEGER PRIMARY KEY)")
            result = .success(try await body(database))
        } catch {
            result = .failure(error)
        }
        try await database.close()
        withExtendedLifetime(directory) {}
        try result.get()
    }

    private func ids(_ database: SQLiteDatabase) async throws -> [Int64] {
        try await database.read { try $0.query("SELECT id FROM t ORDER BY id") { $0.integer(0) } }
    }

    @Test func twoHundredParallelWritesAreAllThere() async throws {
        try await withDatabase { database in
            let answers = try await withThrowingTaskGroup(of: Int.self) { group in
                for id in 0..<200 {
                    group.addTask {
                        try await database.write { session in
                            try session.execute("INSERT INTO t VALUES (\(id))")
                            return id
                        }
                    }
                }
                return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
            }
            #expect(answers == Set(0..<200))
            #expect(try await ids(database) == Array(0..<200))
        }
    }

    @Test func throwingClosureTakesBackOnlyItsOwnChanges() async throws {
        try await withDatabase { database in
            let gate = DispatchSemaphore(value: 0)
            let outcomes = try await withThrowingTaskGroup(of: (Int, Bool).self) { group in
                // The writer thread stands still here, so that all the others are committed together.
                group.addTask {
                    try await database.write { session in
                        gate.wait()
                        try session.execute("INSERT INTO t VALUES (1000)")
                    }
                    return (1000, true)
                }
                for id in 0..<30 {
                    group.addTask {
                        do {
                            try await database.write { session in
                                try session.execute("INSERT INTO t VALUES (\(id))")
                                try session.execute("INSERT INTO t VALUES (\(id + 100))")
                                if id % 3 == 0 { throw Refused(id: id) }
                            }
                            return (id, true)
                        } catch let error as Refused {
                            #expect(error == Refused(id: id))
                            return (id, false)
                        }
                    }
                }
                try await Task.sleep(for: .milliseconds(100))
                gate.signal()
                return try await group.reduce(into: [Int: Bool]()) { $0[$1.0] = $1.1 }
            }
            let kept = (0..<30).filter { $0 % 3 != 0 }
            #expect(outcomes.filter { !$0.value }.keys.sorted() == (0..<30).filter { $0 % 3 == 0 })
            #expect(try await ids(database) == (kept + kept.map { $0 + 100 } + [1000]).map(Int64.init))
        }
    }

    @Test func faultyStatementOfOneWriteSparesTheOthers() async throws {
        try await withDatabase { database in
            try await database.execute("INSERT INTO t VALUES (7)")
            let failures = await withTaskGroup(of: Bool.self) { group in
                for id in 0..<20 {
                    group.addTask {
                        do {
                            try await database.execute("INSERT INTO t VALUES (\(id))")
                            return false
                        } catch {
                            return true
                        }
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(failures == 1)
            #expect(try await ids(database) == Array(0..<20))
        }
    }

    @Test func unansweredWriteIsNotVisible() async throws {
        try await withDatabase { database in
            let (inside, gate) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await database.write { session in
                        try session.execute("INSERT INTO t VALUES (1)")
                        inside.signal()
                        gate.wait()
                    }
                }
                await wait(inside)
                #expect(try await ids(database) == [])
                gate.signal()
                try await group.waitForAll()
            }
            #expect(try await ids(database) == [1])
        }
    }

    @Test func snapshotSeesOneStateAndReadSeesTheNewest() async throws {
        try await withDatabase { database in
            let counted: SQL = "SELECT COUNT(*) FROM t"
            for isSnapshot in [true, false] {
                let (inside, gate) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
                let look: @Sendable (any SQLSession) throws -> (Int64?, Int64?) = { session in
                    let before = try session.first(counted) { $0.integer(0) }
                    inside.signal()
                    gate.wait()
                    return (before, try session.first(counted) { $0.integer(0) })
                }
                async let counts =
                    isSnapshot ? try await database.snapshot(look) : try await database.read(look)
                await wait(inside)
                try await database.write { session in
                    _ = try session.execute("INSERT INTO t SELECT COALESCE(MAX(id), 0) + 1 FROM t")
                }
                gate.signal()
                let (before, after) = try await counts
                #expect(after == before.map { $0 + (isSnapshot ? 0 : 1) })
            }
        }
    }

    @Test func readSeesAWriteThatWasAnswered() async throws {
        try await withDatabase { database in
            for id in 0..<100 as Range<Int64> {
                try await database.execute("INSERT INTO t VALUES (\(id))")
                let newest = try await database.read { try $0.first("SELECT MAX(id) FROM t") { $0.integer(0) } }
                #expect(newest == id)
            }
        }
    }

    @Test func writesAfterClosingAreRefusedAndNoneHangs() async throws {
        let directory = try temporaryDirectory()
        let database = try SQLiteDatabase(path: "\(directory.path)/coffer.sqlite")
        try await database.close()
        let answered = Answered()
        for _ in 0..<3 {
            // Not a child task: a write that is never answered would keep this test from ending.
            Task {
                await #expect(throws: StorageError.self) { try await database.execute("SELECT 1") }
                answered.add()
            }
        }
        #expect(try await eventually { answered.count == 3 })
    }

    private final class Answered: Sendable {
        private let number = Mutex(0)
        var count: Int { number.withLock { $0 } }
        func add() { number.withLock { $0 += 1 } }
    }

    /// Waits for a semaphore without holding a thread of the test's own.
    private func wait(_ semaphore: DispatchSemaphore) async {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                semaphore.wait()
                continuation.resume()
            }
        }
    }
}
