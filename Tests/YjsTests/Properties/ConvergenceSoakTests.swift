import Foundation
import Testing

@testable import Yjs

/// Many more logs than fit into an ordinary run, other ones each time; `make soak` runs them.
@Suite("Convergence, soak", .enabled(if: ProcessInfo.processInfo.environment["COFFER_SOAK"] == "1"))
struct ConvergenceSoakTests {
    @Test(arguments: [(steps: 14, logs: 1_000), (steps: 60, logs: 150), (steps: 250, logs: 10)], 0..<4)
    func randomLogs(_ kind: (steps: Int, logs: Int), _ batch: Int) throws {
        let start = UInt64.random(in: 1 << 32..<1 << 60)
        for number in 0..<UInt64(kind.logs) {
            var check = try ConvergenceCheck(seed: start + number, steps: kind.steps)
            let problems = try check.problems()
            #expect(problems == [], "seed \(start + number), \(kind.steps) steps")
        }
    }
}
