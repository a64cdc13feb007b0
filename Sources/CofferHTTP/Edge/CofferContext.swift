package import Hummingbird
package import Logging
package import NIOCore

/// What is known of a request besides the request itself.
package struct CofferContext: InitializableFromSource {
    package let channel: any Channel
    package var logger: Logger
    /// A fresh lower-case UUIDv4; clients get it as `X-Request-ID`, the log has it too.
    package var requestID = ""
    /// Who asks: the peer, or what a trusted proxy says of it.
    package var client: ClientAddress = .loopback
    /// Scheme and authority of the URLs we hand out, without a final slash.
    package var baseURL = ""
    package var path = RequestPath("/")
    package var parameters = PathParameters()

    package init(source: ApplicationRequestContextSource) {
        channel = source.channel
        logger = source.logger
    }
}
