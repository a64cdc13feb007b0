import Testing

@testable import Yjs

@Suite("Runs that wait")
struct WaitingRunsTests {
    @Test func theLowestClockComesFirst() {
        var runs = WaitingRuns()
        for (run, clock) in [UInt64]([9, 3, 7, 1, 5]).enumerated() {
            runs.add(WaitingRun(clock: clock, run: run, try: 1))
        }
        let tries = Array(repeating: 1, count: 5)
        var ready: [Int] = []
        runs.popReady(state: 5, tries: tries, into: &ready)
        #expect(ready == [3, 1])
        #expect(runs.lowest == 5)
        runs.popReady(state: 100, tries: tries, into: &ready)
        #expect(ready == [3, 1, 4, 2, 0])
        #expect(runs.isEmpty)
    }

    @Test func aRunThatWasTriedSinceIsLeftOut() {
        var runs = WaitingRuns()
        runs.add(WaitingRun(clock: 1, run: 0, try: 1))
        runs.add(WaitingRun(clock: 2, run: 0, try: 2))
        var ready: [Int] = []
        runs.popReady(state: 9, tries: [2], into: &ready)
        #expect(ready == [0])
        #expect(runs.isEmpty)
    }
}
