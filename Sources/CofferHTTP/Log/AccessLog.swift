package import HTTPTypes
package import Hummingbird
package import Logging

/// One line per request, without anything that could give a secret away.
///
/// Logged are the method, the route's template (never the path: keys and ids stand in it), the dialect, status, bytes
/// and duration. Not logged are paths, query strings, headers, addresses, names.
package struct AccessLog: Sendable {
    private let logger: Logger

    package init(logger: Logger) {
        self.logger = logger
    }

    package var isOn: Bool { logger.logLevel <= .info }

    /// What stands in the line besides the outcome.
    package struct Entry: Sendable {
        package let method: HTTPRequest.Method
        package let route: String
        package let dialect: String
        package let requestID: String
        package let start: ContinuousClock.Instant

        package init(
            method: HTTPRequest.Method,
            route: String,
            dialect: String,
            requestID: String,
            start: ContinuousClock.Instant
        ) {
            self.method = method
            self.route = route
            self.dialect = dialect
            self.requestID = requestID
            self.start = start
        }
    }

    package func write(_ entry: Entry, _ response: Response) {
        let took = ContinuousClock.now - entry.start
        let method = HTTPRequest.Method.known.contains(entry.method) ? entry.method.rawValue : "OTHER"
        logger.info(
            "request",
            metadata: [
                "method": .string(method),
                "route": .string(entry.route),
                "dialect": .string(entry.dialect),
                "status": .stringConvertible(response.status.code),
                "bytes": .stringConvertible(response.body.contentLength ?? -1),
                "microseconds": .stringConvertible(
                    Int(took.components.seconds * 1_000_000 + took.components.attoseconds / 1_000_000_000_000)
                ),
                "request_id": .string(entry.requestID),
            ]
        )
    }
}

extension HTTPRequest.Method {
    /// Methods that may stand in a log as they came; any other token is the client's own text.
    fileprivate static let known: Set<HTTPRequest.Method> = [
        .get, .head, .post, .put, .delete, .connect, .options, .trace, .patch,
    ]
}
