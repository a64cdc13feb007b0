import Testing

@testable import Yjs

/// Whatever happens to the updates of a log on their way, everybody ends with the same document.
///
/// A failure names the seed of its log; `RandomLog(seed:steps:)` makes it again.
@Suite("Convergence")
struct ConvergenceTests {
    /// Thousands of short logs: eight batches, so that they run beside each other.
    @Test(arguments: 0..<8)
    func shortLogs(_ batch: Int) throws {
        for number in 0..<250 { try check(seed: batch * 1_000_000 + number, steps: 10) }
    }

    @Test(arguments: 0..<4)
    func longLogs(_ batch: Int) throws {
        for number in 0..<2 { try check(seed: 100_000_000 + batch * 1000 + number, steps: 120) }
    }

    private func check(seed: Int, steps: Int) throws {
        var check = try ConvergenceCheck(seed: UInt64(seed), steps: steps)
        let problems = try check.problems()
        #expect(problems == [], "seed \(seed), \(steps) steps")
    }
}
