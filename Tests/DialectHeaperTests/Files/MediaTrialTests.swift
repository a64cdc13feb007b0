import CofferMedia
import CofferTesting
import Foundation
import Logging
import Testing

@testable import DialectHeaper

@Suite("Heaper: whether thumbnails can be made at all")
struct MediaTrialTests {
    private let directory: TemporaryDirectory
    private let clock = ManualClock()

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// A trial with a `vips` that remembers each run and then does what `script` says.
    private func trial(_ script: String?) throws -> MediaTrial {
        if let script { try directory.write(script: "vips", "echo run >> \(runsPath)\n\(script)") }
        let toolbox = MediaToolbox(folders: script == nil ? [] : [directory.path, "/usr/bin", "/bin"])
        var limits = MediaLimits()
        // As tests may run on a busy machine.
        (limits.wallTime, limits.niceness) = (.seconds(600), 0)
        let media = try Media(folder: "\(directory.path)/work", limits: limits, toolbox: toolbox)
        return MediaTrial(media, clock: clock, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private var runsPath: String { "\(directory.path)/runs" }

    private var runs: Int {
        FileManager.default.contents(atPath: runsPath)?.count { $0 == UInt8(ascii: "\n") } ?? 0
    }

    @Test func aToolThatAlwaysFailsIsTheMachine() async throws {
        let trial = try trial("exit 1")
        #expect(await trial.isWell() == false)
        #expect(await trial.isWell() == false)
        #expect(runs == 1)
        clock.advance(by: .seconds(600))
        #expect(await trial.isWell() == false)
        #expect(runs == 2)
    }

    @Test func aToolThatWorksIsNot() async throws {
        let trial = try trial("exec /usr/bin/vips \"$@\"")
        #expect(await trial.isWell())
        #expect(await trial.isWell())
        #expect(runs == 1)
    }

    /// It may be the machine's business, or its hurry.
    @Test func aToolThatWasKilledSaysNothing() async throws {
        let trial = try trial("kill -KILL $$")
        #expect(await trial.isWell())
        #expect(await trial.isWell())
        #expect(runs == 2)
    }

    @Test func whereThereIsNoToolNothingIsSaidOfTheMachine() async throws {
        let trial = try trial(nil)
        #expect(await trial.isWell())
    }
}
