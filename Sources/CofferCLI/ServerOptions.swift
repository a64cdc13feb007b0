import ArgumentParser
import CofferServer
import Foundation

/// The flags that name settings; each has an environment variable and a key of the JSON file too.
struct ServerOptions: ParsableArguments {
    @Option(help: "Address to listen on. [COFFER_HOST, default 127.0.0.1]")
    var host: String?

    @Option(help: "Port to listen on; 0 lets the system choose. [COFFER_PORT, default 8080]")
    var port: String?

    @Option(help: "Directory that holds everything. [COFFER_DATA, default ./coffer-data]")
    var data: String?

    @Option(help: "Scheme and host of the links handed out. [COFFER_BASE_URL, default taken from each request]")
    var baseUrl: String?

    @Option(help: "JSON file with settings. [COFFER_CONFIG]")
    var config: String?

    @Option(help: "Which APIs to serve, separated by commas. [COFFER_DIALECTS, default all]")
    var dialects: String?

    @Option(help: "Host names given to one API each: drop.example.org=ravenzero,… [COFFER_HOSTS]")
    var hosts: String?

    @Option(
        help: "Proxies whose forwarding headers count: addresses, ranges, loopback, private. [COFFER_TRUSTED_PROXIES]"
    )
    var trustedProxies: String?

    @Option(help: "trace, debug, info, notice, warning, error or critical. [COFFER_LOG_LEVEL, default info]")
    var logLevel: String?

    /// The settings that flags, environment and file give together.
    ///
    /// - Throws: ``StartFailure``.
    func settings() async throws -> Settings {
        let given: [(String, String?)] = [
            ("host", host), ("port", port), ("data", data), ("base_url", baseUrl), ("config", config),
            ("dialects", dialects), ("hosts", hosts), ("trusted_proxies", trustedProxies), ("log_level", logLevel),
        ]
        let flags = given.reduce(into: [String: String]()) { $0[$1.0] = $1.1 }
        do {
            return try Settings(
                await SettingsSources(flags: flags, environment: ProcessInfo.processInfo.environment)
            )
        } catch {
            throw StartFailure(error)
        }
    }
}
