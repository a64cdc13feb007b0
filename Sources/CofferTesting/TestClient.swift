package import CofferCore
import CofferServer

/// Speaks one API to a test server, one connection per request.
package protocol TestClient: Sendable {
    typealias Headers = [(String, String)]

    /// Settings of every server, by their whole names, unless a test names others.
    static var defaults: [String: String] { get }
    /// What a short name of a setting leaves out, such as `COFFER_SKYSEND_`.
    static var settingsPrefix: String { get }
    /// Where the clock stands when a server starts: a whole number of seconds, and in the past.
    ///
    /// The server compares the times of files, which are the system's, with its own clock to find left-overs.
    static var start: Timestamp { get }

    var server: TestServer { get }

    init(server: TestServer)
}

extension TestClient {
    /// Starts a server with the settings of this API.
    ///
    /// `settings`: by their short names, or by their whole ones, which begin with `COFFER_`; an empty whole one leaves a
    /// default out.
    package static func run<Value: Sendable>(
        _ settings: [String: String] = [:],
        dataPath: String? = nil,
        clock: ManualClock = ManualClock(Self.start),
        _ body: @escaping @Sendable (Self) async throws -> Value
    ) async throws -> Value {
        var environment = defaults
        for (name, value) in settings {
            if name.hasPrefix("COFFER_") {
                environment[name] = value.isEmpty ? nil : value
            } else {
                environment[settingsPrefix + name] = value
            }
        }
        return try await TestServer.run(environment, dataPath: dataPath, clock: clock) { server in
            try await body(Self(server: server))
        }
    }

    /// Runs a server, stops it, and runs another one on the same directory and clock.
    package static func restart<Value: Sendable>(
        _ settings: [String: String] = [:],
        away: Duration = .zero,
        before: @escaping @Sendable (Self) async throws -> Value,
        after: @escaping @Sendable (Self, Value) async throws -> Void
    ) async throws {
        let directory = try TemporaryDirectory()
        let clock = ManualClock(start)
        let value = try await run(settings, dataPath: directory.path, clock: clock) { try await before($0) }
        clock.advance(by: away)
        try await run(settings, dataPath: directory.path, clock: clock) { try await after($0, value) }
        withExtendedLifetime(directory) {}
    }

    package var clock: ManualClock { server.clock }

    /// Removes what is due, without waiting for the server's own timer.
    package func sweep() async throws { try await server.application.sweep() }

    /// For a server that believes the proxy on its own machine.
    package static func from(_ address: String) -> Headers { [("X-Forwarded-For", address)] }
}
