import ArgumentParser
import CofferCore
import CofferHTTP
import CofferServer
import Logging
import ServiceLifecycle
import UnixSignals

struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Start the server.",
        discussion: "It stops on SIGTERM or SIGINT, once running requests have finished, and then exits with 0."
    )

    @OptionGroup var options: ServerOptions

    func run() async throws {
        let settings = try await options.settings()
        let sink = LogSink()
        let level = settings.logLevel
        LoggingSystem.bootstrap { JSONLogHandler(label: $0, level: level, sink: sink) }
        let logger = Logger(label: "coffer")
        for name in settings.unknownNames {
            logger.warning("unknown setting", metadata: ["name": "\(name)"])
        }
        do {
            try await serve(settings, logger)
        } catch {
            throw StartFailure(error)
        }
    }

    private func serve(_ settings: Settings, _ logger: Logger) async throws {
        let application = try await CofferApplication(
            settings,
            clock: SystemWallClock(),
            random: SystemRandomSource(),
            logger: logger
        )
        var configuration = ServiceGroupConfiguration(
            services: application.services + [Greeting(application: application, settings: settings)],
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: Logger(label: "coffer.services") { _ in SwiftLogNoOpLogHandler() }
        )
        configuration.maximumGracefulShutdownDuration = settings.shutdownTimeout
        try await ServiceGroup(configuration: configuration).run()
        try await application.close()
    }
}

/// Prints where the server can be reached, once it can.
struct Greeting: Service {
    let application: CofferApplication
    let settings: Settings

    func run() async throws {
        let port = try await application.port
        let host = settings.host.contains(":") ? "[\(settings.host)]" : settings.host
        let url = settings.baseURL ?? "http://\(host == "0.0.0.0" ? "127.0.0.1" : host):\(port)"
        print(
            "coffer \(CofferVersion.text) listens on http://\(host):\(port) and keeps its data in \(settings.dataPath)"
        )
        for line in DialectGuide.lines(settings.dialects, url: url) { print(line) }
        StandardOutput.flush()
        try await gracefulShutdown()
    }
}
