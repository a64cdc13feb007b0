import CofferCore
import CofferTesting
import Logging
import Synchronization
import Testing

@Suite("Background work")
struct BackgroundWorkTests {
    private struct DiskFull: Error {}

    private let clock = ManualClock()
    private let log = LogLines()
    private var work: BackgroundWork { BackgroundWork("cellar", clock: clock, logger: log.logger) }

    @Test func aFailedRoundIsLoggedAndTheNextOneRuns() async {
        let first = await work.attempt("sweep") { throw DiskFull() }
        let second = await work.attempt("sweep") {}
        #expect(!first)
        #expect(second)
        #expect(log.lines == ["error background work failed error=DiskFull() work=cellar sweep"])
    }

    @Test func aRoundThatWasCutShortIsNoFailureWhateverItThrew() async {
        let (work, reached) = (work, Signal())
        let task = Task {
            await work.attempt {
                reached.raise()
                try? await Task.sleep(for: .seconds(3600))
                throw DiskFull()
            }
        }
        await reached.wait()
        task.cancel()
        #expect(await task.value == false)
        #expect(log.lines == ["debug background work failed error=DiskFull() work=cellar"])
    }

    @Test func roundsAreRepeatedAfterEveryRestUntilCancelled() async throws {
        let (work, log, clock) = (work, log, clock)
        try await withThrowingTaskGroup { group in
            group.addTask { await work.repeat(every: .seconds(60)) { throw DiskFull() } }
            #expect(try await eventually { log.lines.count == 1 })
            // The work may not have begun to rest yet, so time is moved until it has been woken.
            let again = try await eventually {
                clock.advance(by: .seconds(60))
                return log.lines.count > 1
            }
            #expect(again)
            group.cancelAll()
            try await group.waitForAll()
        }
        #expect(log.lines.filter { $0.hasPrefix("error") }.count > 1)
    }
}

/// Remembers what is logged.
private final class LogLines: Sendable {
    private struct Handler: LogHandler {
        let lines: LogLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.debug

        subscript(metadataKey key: String) -> Logger.MetadataValue? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let details = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }
            lines.recorded.withLock { $0.append("\(event.level) \(event.message)" + details.joined()) }
        }
    }

    private let recorded = Mutex<[String]>([])

    var lines: [String] { recorded.withLock(\.self) }
    var logger: Logger { Logger(label: "test") { _ in Handler(lines: self) } }
}
