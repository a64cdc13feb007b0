import ArgumentParser
import CofferCore
import CofferServer
import Glibc

/// Runs the program for the command line it was started with.
package enum CofferProgram {
    /// Parses the arguments, runs the command, and ends the process with a status other than 0 when it fails.
    package static func run() async {
        do {
            var command = try CofferCommand.parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let failure as StartFailure {
            // One sentence, no backtrace: the operator has something to mend, not a program to debug.
            StandardError.print("coffer: \(failure.sentence)")
            exit(1)
        } catch {
            CofferCommand.exit(withError: error)
        }
    }
}

struct CofferCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coffer",
        abstract: "A self-hosted server for private files that speaks five existing APIs.",
        version: CofferVersion.text,
        subcommands: [ServeCommand.self, DoctorCommand.self, OpenAPICommand.self],
        defaultSubcommand: ServeCommand.self
    )
}

/// What keeps a command from doing its work, in one sentence.
struct StartFailure: Error {
    let sentence: String

    init(_ error: any Error) {
        switch error {
        case let malformed as SettingsGroup.Malformed: sentence = malformed.description
        case let directory as DataDirectory.Failure: sentence = directory.description
        case StorageError.full: sentence = "The disk that holds the data directory is full."
        case StorageError.unavailable(let reason): sentence = "The data directory cannot be used: \(reason)."
        default: sentence = "\(error)"
        }
    }
}
