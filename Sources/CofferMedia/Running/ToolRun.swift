import Glibc
import Subprocess
import SystemPackage

/// One run of a tool, as a child process under limits.
///
/// `prlimit`, `setpriv` and `nice` put the limits in place and then become the tool, so there is one process. It has no
/// environment but a few fixed values, no open file but its input (standard input) and its pipes, and it ends when we do.
struct ToolRun: Sendable {
    let toolbox: MediaToolbox
    let limits: MediaLimits

    /// What the tool is told to open: its standard input, which is the file itself and can be read at any position.
    static let inputPath = "/dev/stdin"
    private static let reportBytes = 256 << 10

    /// Runs the tool to its end.
    ///
    /// - Parameters:
    ///   - tool: the tool.
    ///   - arguments: its arguments; nothing that a client named is among them.
    ///   - input: an open regular file.
    ///   - folder: where it may write.
    /// - Returns: its standard output.
    /// - Throws: ``MediaFailure``, `CancellationError`; the child is gone then.
    func callAsFunction(
        _ tool: MediaTool,
        _ arguments: [String],
        input: CInt,
        in folder: String
    ) async throws -> [UInt8] {
        guard let path = toolbox.path(of: tool), let harness = toolbox.harness else {
            throw MediaFailure.unavailable(tool)
        }
        let command = wrapped(path, arguments, harness)
        return try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
            group.addTask { try await run(harness.prlimit, command, input: input, in: folder) }
            group.addTask {
                try await Task.sleep(for: limits.wallTime)
                return nil
            }
            defer { group.cancelAll() }
            guard let output = try await group.next() ?? nil else {
                // The child is killed and reaped before anybody goes on.
                group.cancelAll()
                while await group.nextResult() != nil {}
                throw MediaFailure.timedOut
            }
            return output
        }
    }

    private func wrapped(_ path: String, _ arguments: [String], _ harness: MediaToolbox.Harness) -> [String] {
        let bounds = [
            "--cpu=\(limits.cpuSeconds)", "--as=\(limits.memoryBytes)", "--fsize=\(limits.outputBytes)", "--core=0",
            "--nofile=64",
        ]
        let manners = [
            harness.setpriv, "--pdeathsig", "KILL", "--no-new-privs", "--", harness.nice, "-n", "\(limits.niceness)",
        ]
        return bounds + ["--"] + manners + [path] + arguments
    }

    private func run(
        _ executable: String,
        _ arguments: [String],
        input: CInt,
        in folder: String
    ) async throws -> [UInt8] {
        var options = PlatformOptions()
        // A signal that a terminal sends to the server's group is not for the child.
        options.createSession = true
        do {
            let result = try await Subprocess.run(
                .path(FilePath(executable)),
                arguments: Arguments(arguments),
                environment: .custom([
                    "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": folder, "TMPDIR": folder,
                    "VIPS_CONCURRENCY": "1", "VIPS_BLOCK_UNTRUSTED": "1", "OMP_NUM_THREADS": "1",
                ]),
                workingDirectory: FilePath(folder),
                platformOptions: options,
                input: .fileDescriptor(FileDescriptor(rawValue: input), closeAfterSpawningProcess: false),
                output: .bytes(limit: Self.reportBytes),
                error: .discarded
            )
            try Task.checkCancellation()
            try Self.check(result.terminationStatus)
            return result.standardOutput
        } catch let error as SubprocessError {
            try Task.checkCancellation()
            throw error.code == .outputLimitExceeded ? MediaFailure.broken : MediaFailure.system(errno: EIO)
        }
    }

    private static func check(_ status: TerminationStatus) throws {
        switch status {
        case .exited(0): return
        case .signaled(SIGXCPU), .signaled(SIGKILL): throw MediaFailure.timedOut
        default: throw MediaFailure.broken
        }
    }
}
