import CofferCore
import CofferMedia
import CofferTesting
import Foundation
import Logging
import Testing

@testable import DialectHeaper

@Suite("Heaper: looks into files", .timeLimit(.minutes(20)))
struct FileProberTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// A file of two seconds, of which only `ffprobe` can tell.
    private func sound() async throws -> [UInt8] {
        let path = "\(directory.path)/a.flac"
        let arguments = ["-nostdin", "-v", "error", "-y", "-f", "lavfi", "-i", "sine=duration=2", path]
        try #require(try await TestProcess.run("/usr/bin/ffmpeg", arguments) == 0)
        return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    /// A prober with an `ffprobe` that remembers each run and then does what `script` says.
    private func prober(_ script: String, _ fixture: FileFixture) throws -> FileProber {
        try directory.write(script: "ffprobe", "echo run >> \(runsPath)\n\(script)")
        var limits = MediaLimits()
        (limits.wallTime, limits.niceness) = (.seconds(600), 0)
        let toolbox = MediaToolbox(folders: [directory.path, "/usr/bin", "/bin"])
        let (documents, logger) = (fixture.documents, Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        return FileProber(
            finder: fixture.parts.finder,
            media: try Media(folder: "\(directory.path)/work", limits: limits, toolbox: toolbox),
            stamps: documents.parts.stamps,
            events: documents.parts.events,
            work: BackgroundWork("test", clock: documents.clock, logger: logger)
        )
    }

    private var runsPath: String { "\(directory.path)/runs" }

    private var runs: Int {
        FileManager.default.contents(atPath: runsPath)?.count { $0 == UInt8(ascii: "\n") } ?? 0
    }

    /// How many files wait for a look.
    private func waiting(_ fixture: FileFixture) async throws -> Int {
        try await fixture.parts.finder.unprobed(most: 10).count
    }

    @Test func fileWhoseToolWasKilledIsTriedAgain() async throws {
        let sound = try await sound()
        try await FileFixture.run { fixture async throws in
            let file = try await fixture.take(sound, name: "a.flac", type: "audio/flac")
            let again = "[ $(wc -l < \(runsPath)) -gt 1 ] && exec /usr/bin/ffprobe \"$@\"\nkill -KILL $$"
            let prober = try prober(again, fixture)
            #expect(try await prober.lookIntoSome() == false)
            #expect(try await waiting(fixture) == 1)
            #expect(try await prober.lookIntoSome() == true)
            #expect(try await waiting(fixture) == 0)
            let id = file.id
            let found = try await fixture.documents.database.read { try FileRows.file(id, in: $0) }
            #expect(found?.facts.duration == .seconds(2))
            #expect(runs == 2)
        }
    }

    @Test(arguments: [("kill -KILL $$", [1, 0, 0], 2), ("exit 1", [0, 0], 1)])
    func fileAtWhichEveryRunFailsIsGivenUp(_ script: String, _ left: [Int], _ runs: Int) async throws {
        let sound = try await sound()
        try await FileFixture.run { fixture async throws in
            try await fixture.take(sound, name: "a.flac", type: "audio/flac")
            let prober = try prober(script, fixture)
            for count in left {
                _ = try await prober.lookIntoSome()
                #expect(try await waiting(fixture) == count)
            }
            #expect(self.runs == runs)
        }
    }
}
