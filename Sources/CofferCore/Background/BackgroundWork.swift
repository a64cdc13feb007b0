package import Logging
import ServiceLifecycle

/// Work that goes on beside requests, from the start of the server to its end.
///
/// A round that fails, for example because the disk is full, is logged and does not end the work. All such work may be
/// cut short anywhere when the server ends: what is not done now has to be found again at the next start.
package struct BackgroundWork: Sendable {
    package let name: String
    package let clock: any WallClock
    private let logger: Logger

    /// `name`: what the log calls it, such as `heaper files`.
    package init(_ name: String, clock: any WallClock, logger: Logger) {
        self.name = name
        self.clock = clock
        self.logger = logger
    }

    /// Runs `body`, and cancels it as soon as the server begins to end.
    package func untilShutdown(_ body: @escaping @Sendable () async throws -> Void) async {
        await attempt { try await cancelWhenGracefulShutdown(body) }
    }

    /// Runs a round at once and then one every `interval`, until the server begins to end; a round that takes longer is
    /// followed by the next at once.
    ///
    /// `round`: what the log calls it, beside the work's name.
    package func `repeat`(
        every interval: Duration,
        _ round: String? = nil,
        _ body: @escaping @Sendable () async throws -> Void
    ) async {
        await untilShutdown {
            while true {
                let start = clock.now
                await attempt(round, body)
                try await rest(interval, since: start)
            }
        }
    }

    /// Runs one round.
    ///
    /// That it was cut short is no failure, whatever it threw then.
    ///
    /// - Returns: whether it came to its end.
    @discardableResult
    package func attempt(_ round: String? = nil, _ body: () async throws -> Void) async -> Bool {
        do {
            try await body()
            return true
        } catch {
            let level: Logger.Level = error is CancellationError || Task.isCancelled ? .debug : .error
            let work = [name, round].compactMap(\.self).joined(separator: " ")
            logger.log(level: level, "background work failed", metadata: ["work": "\(work)", "error": "\(error)"])
            return false
        }
    }

    /// Waits until `interval` has passed since `start`; since now, unless told otherwise.
    ///
    /// - Throws: `CancellationError` when the task is cancelled first.
    package func rest(_ interval: Duration, since start: Timestamp? = nil) async throws {
        try await clock.sleep(until: (start ?? clock.now).advanced(by: interval))
    }
}
