package import Hummingbird
package import Logging
package import NIOCore

/// The address under which a client knows this server.
package struct Site: Sendable {
    package let scheme: String
    package let authority: String

    package init(scheme: String, authority: String) {
        self.scheme = scheme
        self.authority = authority
    }

    package var baseURL: String { "\(scheme)://\(authority)" }
}

/// What is known of a request besides the request itself.
package struct CofferContext: InitializableFromSource {
    package let channel: any Channel
    package var logger: Logger
    /// A fresh lower-case UUIDv4; clients get it as `X-Request-ID`, the log has it too.
    package var requestID = ""
    /// Who asks: the peer, or what a trusted proxy says of it.
    package var client: ClientAddress = .loopback
    /// Where the client knows this server, for the links in answers.
    package var site = Site(scheme: "http", authority: "localhost")
    package var path = RequestPath("/")
    package var parameters = PathParameters()

    /// Scheme and authority of the URLs we hand out, without a final slash.
    package var baseURL: String { site.baseURL }

    package init(source: ApplicationRequestContextSource) {
        channel = source.channel
        logger = source.logger
    }
}
