import CofferTesting
import Foundation
import Testing

@testable import CofferMedia

@Suite("Media: limits of runs", .timeLimit(.minutes(20)))
struct ToolLimitTests {
    private let directory: TemporaryDirectory

    init() throws {
        directory = try TemporaryDirectory()
    }

    /// A JPEG that `vips` would be asked about.
    private func input() async throws -> MediaInput {
        MediaInput(
            try await MediaFixtures().make("a.jpg", "-f", "lavfi", "-i", "testsrc2=size=60x40:rate=1", "-frames:v", "1")
        )
    }

    private func fixtures(_ script: String, _ limits: MediaLimits = MediaFixtures.limits) throws -> MediaFixtures {
        try MediaFixtures(limits, toolbox: try MediaFixtures.toolbox(.vips, script: script, in: directory))
    }

    /// Waits until the process that wrote its number into the file is gone.
    private func expectGone(_ file: String) async throws {
        // On a busy machine it may not even have begun.
        guard let text = try? String(contentsOfFile: file, encoding: .utf8), !text.isEmpty else { return }
        let pid = try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
        #expect(kill(pid, 0) == -1)
    }

    @Test func hangingToolIsKilled() async throws {
        var limits = MediaFixtures.limits
        limits.wallTime = .seconds(2)
        let pidFile = "\(directory.path)/pid"
        let fixtures = try fixtures("echo $$ > \(pidFile); exec sleep 1000", limits)
        await #expect(throws: MediaFailure.timedOut) {
            try await fixtures.media.thumbnail(of: try await input(), longestEdge: 64, as: .webp)
        }
        try await expectGone(pidFile)
        #expect(try fixtures.leftovers().isEmpty)
    }

    @Test func cancellingTheCallerEndsTheChild() async throws {
        let pidFile = "\(directory.path)/pid"
        let fixtures = try fixtures("echo $$ > \(pidFile).new; mv \(pidFile).new \(pidFile); exec sleep 1000")
        let input = try await input()
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await fixtures.media.thumbnail(of: input, longestEdge: 64, as: .webp) }
            while !FileManager.default.fileExists(atPath: pidFile) { try? await Task.sleep(for: .milliseconds(10)) }
            group.cancelAll()
            await #expect(throws: CancellationError.self) { try await group.next() }
        }
        try await expectGone(pidFile)
        #expect(try fixtures.leftovers().isEmpty)
    }

    @Test func busyToolIsStoppedByItsCPULimit() async throws {
        var limits = MediaFixtures.limits
        limits.cpuSeconds = 1
        let fixtures = try fixtures("while :; do :; done", limits)
        await #expect(throws: MediaFailure.timedOut) {
            try await fixtures.media.thumbnail(of: try await input(), longestEdge: 64, as: .webp)
        }
    }

    @Test func outputIsLimited() async throws {
        var limits = MediaFixtures.limits
        limits.outputBytes = 1 << 20
        let fixtures = try fixtures("exec head -c 100000000 /dev/zero > picture.webp", limits)
        await #expect(throws: MediaFailure.broken) {
            try await fixtures.media.thumbnail(of: try await input(), longestEdge: 64, as: .webp)
        }
        #expect(try fixtures.leftovers().isEmpty)
    }

    @Test func memoryIsLimited() async throws {
        var limits = MediaFixtures.limits
        limits.memoryBytes = 200 << 20
        // dd wants its block in memory.
        let fixtures = try fixtures("exec dd if=/dev/zero of=/dev/null bs=400M count=1", limits)
        await #expect(throws: MediaFailure.broken) {
            try await fixtures.media.thumbnail(of: try await input(), longestEdge: 64, as: .webp)
        }
    }

    @Test func toolThatWritesNoPictureIsNotBelieved() async throws {
        for script in ["exit 0", "echo '<html>' > \"$3\"", "head -c 1000000 /dev/zero"] {
            let fixtures = try fixtures(script)
            await #expect(throws: MediaFailure.broken) {
                try await fixtures.media.thumbnail(of: try await input(), longestEdge: 64, as: .webp)
            }
        }
    }

    @Test func toolSeesNothingOfOurs() async throws {
        let seen = "\(directory.path)/seen"
        let fixtures = try fixtures("{ env; ls -l /proc/$$/fd; ulimit -a; nice; } > \(seen); exit 1")
        setenv("COFFER_TEST_SECRET", "hidden", 1)
        await #expect(throws: MediaFailure.broken) {
            try await fixtures.media.thumbnail(of: try await input(), longestEdge: 64, as: .webp)
        }
        let text = try String(contentsOfFile: seen, encoding: .utf8)
        #expect(!text.contains("COFFER_TEST_SECRET"))
        #expect(!text.contains("socket:"))
        #expect(text.contains("HOME=\(fixtures.workPath)/"))
        #expect(text.contains("VIPS_BLOCK_UNTRUSTED=1"))
    }

    @Test func oneMoreThanMayWaitIsToldSo() async throws {
        var limits = MediaFixtures.limits
        (limits.concurrency, limits.maxWaiting) = (1, 0)
        let started = "\(directory.path)/started"
        let fixtures = try fixtures("touch \(started); exec sleep 1000", limits)
        let input = try await input()
        await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { _ = try await fixtures.media.thumbnail(of: input, longestEdge: 64, as: .webp) }
            while !FileManager.default.fileExists(atPath: started) { try? await Task.sleep(for: .milliseconds(10)) }
            await #expect(throws: MediaFailure.busy) {
                try await fixtures.media.thumbnail(of: input, longestEdge: 64, as: .webp)
            }
            group.cancelAll()
        }
    }

    @Test func whatAnEarlierProcessLeftIsRemoved() throws {
        let path = "\(directory.path)/work/abc"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        try Data("x".utf8).write(to: URL(fileURLWithPath: "\(path)/input"))
        _ = try Media(folder: "\(directory.path)/work")
        #expect(try FileManager.default.contentsOfDirectory(atPath: "\(directory.path)/work").isEmpty)
    }
}
