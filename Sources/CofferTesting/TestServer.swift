import CofferCore
package import CofferHTTP
package import CofferServer
import Logging
import ServiceLifecycle

/// The real server on a free port of 127.0.0.1, with a data directory and a clock of its own.
package struct TestServer: Sendable {
    package let port: Int
    package let dataPath: String
    /// Stands still until a test moves it.
    package let clock: ManualClock
    package let application: CofferApplication

    /// Starts a server, runs the body against it, and stops it.
    ///
    /// `environment`: settings by environment name, such as `COFFER_RAVENZERO_UPLOAD_RATE_LIMIT`.
    /// `dataPath`: the data directory of an earlier server; a fresh one by default.
    /// Where a system test has started an S3 service, all blobs lie there.
    package static func run<Value: Sendable>(
        _ environment: [String: String] = [:],
        dataPath: String? = nil,
        clock: ManualClock = ManualClock(),
        limits: CofferChannel.Limits = .init(),
        _ body: @escaping @Sendable (TestServer) async throws -> Value
    ) async throws -> Value {
        let directory = try TemporaryDirectory()
        let path = dataPath ?? directory.path
        let flags = ["port": "0", "host": "127.0.0.1", "data": path]
        let everything = (S3Peer.current?.settings(for: path) ?? [:]).merging(environment) { $1 }
        let settings = try Settings(await SettingsSources(flags: flags, environment: everything))
        var logger = Logger(label: "coffer") { JSONLogHandler(label: $0, level: .critical, sink: LogSink()) }
        logger.logLevel = .critical
        let application = try await CofferApplication(
            settings,
            clock: clock,
            random: SystemRandomSource(),
            logger: logger,
            limits: limits
        )
        let group = ServiceGroup(configuration: .init(services: application.services, logger: logger))
        return try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let result: Result<Value, any Error>
            do {
                let port = try await application.port
                let server = TestServer(port: port, dataPath: path, clock: clock, application: application)
                result = .success(try await body(server))
            } catch {
                result = .failure(error)
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            try await application.close()
            withExtendedLifetime(directory) {}
            return try result.get()
        }
    }

    /// Sends one request on a connection of its own and reads the answer.
    ///
    /// `Host`, and `Content-Length` for a body, are added unless they are given.
    package func send(
        _ method: String,
        _ target: String,
        headers: [(String, String)] = [],
        body: [UInt8]? = nil
    ) async throws -> TestResponse {
        try await TestConnection.open(port: port) { connection in
            try await connection.write(head(method, target, headers: headers, body: body))
            if let body { try await connection.write(body) }
            return try await connection.readResponse(isHead: method == "HEAD")
        }
    }

    package func get(_ target: String, headers: [(String, String)] = []) async throws -> TestResponse {
        try await send("GET", target, headers: headers)
    }

    /// The bytes of a request head, empty line included.
    package func head(
        _ method: String,
        _ target: String,
        headers: [(String, String)] = [],
        body: [UInt8]? = nil
    ) -> String {
        var headers = headers
        func has(_ name: String) -> Bool { headers.contains { $0.0.lowercased() == name } }
        if !has("host") { headers.insert(("Host", "127.0.0.1:\(port)"), at: 0) }
        if let body, !has("content-length"), !has("transfer-encoding") {
            headers.append(("Content-Length", String(body.count)))
        }
        return "\(method) \(target) HTTP/1.1\r\n" + headers.map { "\($0.0): \($0.1)\r\n" }.joined() + "\r\n"
    }
}
