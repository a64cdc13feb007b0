import ArgumentParser
import CofferServer

struct DoctorCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Check settings, directories, database and tools, and say what to fix.",
        discussion: "Exits with 0 when the server could start and work, with 1 otherwise."
    )

    @OptionGroup var options: ServerOptions

    func run() async throws {
        let settings = try await options.settings()
        let findings = await Checkup(settings).findings()
        for finding in findings { print(finding.line) }
        guard findings.allSatisfy(\.isGood) else { throw ExitCode(1) }
    }
}
