import Synchronization
import Testing

@testable import CofferMedia

@Suite("Media: work that is shared", .timeLimit(.minutes(20)))
struct SharedJobsTests {
    private let jobs = SharedJobs<String, Int>(maxJobs: 2)

    /// Runs the service while `body` runs.
    private func whileRunning(_ body: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await jobs.run() }
            try await body()
            group.cancelAll()
        }
    }

    @Test func manyWhoAskAtOnceShareOneRun() async throws {
        try await whileRunning {
            let (runs, gate) = (Counter(), Gate())
            let values = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<100 {
                    group.addTask {
                        try await jobs.result(for: "a") {
                            runs.add()
                            await gate.wait()
                            return 7
                        }
                    }
                }
                while jobs.waiting(for: "a") < 100 { try? await Task.sleep(for: .milliseconds(5)) }
                gate.open()
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(values == Array(repeating: 7, count: 100))
            #expect(runs.count == 1)
        }
    }

    @Test func failureIsSharedAndTheNextOneRunsAgain() async throws {
        try await whileRunning {
            await #expect(throws: MediaFailure.broken) { try await jobs.result(for: "a") { throw MediaFailure.broken } }
            let next = try await jobs.result(for: "a") { 1 }
            #expect(next == 1)
        }
    }

    @Test func workGoesOnWhileOneWaits() async throws {
        try await whileRunning {
            let gate = Gate()
            try await withThrowingTaskGroup(of: Int.self) { group in
                await withThrowingTaskGroup(of: Int.self) { leaving in
                    leaving.addTask {
                        try await jobs.result(for: "a") {
                            await gate.wait()
                            try Task.checkCancellation()
                            return 7
                        }
                    }
                    while jobs.waiting(for: "a") < 1 { try? await Task.sleep(for: .milliseconds(5)) }
                    group.addTask { try await jobs.result(for: "a") { 8 } }
                    while jobs.waiting(for: "a") < 2 { try? await Task.sleep(for: .milliseconds(5)) }
                    leaving.cancelAll()
                    await #expect(throws: CancellationError.self) { try await leaving.next() }
                }
                gate.open()
                let value = try await group.next()
                #expect(value == 7)
            }
        }
    }

    @Test func workIsCancelledWhenTheLastOneLeaves() async throws {
        try await whileRunning {
            let cancelled = Gate()
            await withThrowingTaskGroup(of: Int.self) { group in
                group.addTask {
                    try await jobs.result(for: "a") {
                        defer { cancelled.open() }
                        try await Task.sleep(for: .seconds(1000))
                        return 7
                    }
                }
                while jobs.waiting(for: "a") < 1 { try? await Task.sleep(for: .milliseconds(5)) }
                group.cancelAll()
                await #expect(throws: CancellationError.self) { try await group.next() }
            }
            await cancelled.wait()
            let next = try await jobs.result(for: "a") { 9 }
            #expect(next == 9)
        }
    }

    @Test func tooManyDifferentOnesAreRefused() async throws {
        try await whileRunning {
            let gate = Gate()
            try await withThrowingTaskGroup(of: Int.self) { group in
                for key in ["a", "b"] {
                    group.addTask {
                        try await jobs.result(for: key) {
                            await gate.wait()
                            return 1
                        }
                    }
                    while jobs.waiting(for: key) < 1 { try? await Task.sleep(for: .milliseconds(5)) }
                }
                await #expect(throws: MediaFailure.busy) { try await jobs.result(for: "c") { 1 } }
                gate.open()
                try await group.waitForAll()
            }
        }
    }

    @Test func whoeverWaitsHearsThatTheServiceEnds() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await jobs.run() }
            await withThrowingTaskGroup(of: Int.self) { waiting in
                waiting.addTask {
                    try await jobs.result(for: "a") {
                        try await Task.sleep(for: .seconds(1000))
                        return 1
                    }
                }
                while jobs.waiting(for: "a") < 1 { try? await Task.sleep(for: .milliseconds(5)) }
                group.cancelAll()
                await #expect(throws: MediaFailure.stopped) { try await waiting.next() }
            }
            try await group.waitForAll()
            await #expect(throws: MediaFailure.stopped) { try await jobs.result(for: "a") { 1 } }
        }
    }
}

/// Opens once; waiting ends then, cancelled or not.
final class Gate: Sendable {
    private let (stream, end) = AsyncStream<Never>.makeStream()

    func open() { end.finish() }
    func wait() async { for await _ in stream {} }
}

final class Counter: Sendable {
    private let value = Mutex(0)

    var count: Int { value.withLock { $0 } }
    func add() { value.withLock { $0 += 1 } }
}
