import CofferCore
package import HummingbirdCore
package import Logging
package import NIOCore
import NIOHTTP1
package import NIOHTTPTypes
import NIOHTTPTypesHTTP1
import NIOPosix

/// The server side of one HTTP/1.1 connection.
///
/// From the socket up: NIO's HTTP codec, ``FileSendHandler``, ``EdgeRules``, the translation to HTTP types, Hummingbird's
/// idle time-out, and the request loop of Hummingbird.
package struct CofferChannel: ServerChildChannel, HTTPChannelHandler {
    package typealias Value = NIOAsyncChannel<HTTPRequestPart, HTTPResponsePart>

    package struct Limits: Sendable {
        /// A connection on which nothing arrives for this long is closed, also in the middle of a body.
        package var idle: TimeAmount = .seconds(60)
        /// A reader that takes no byte of an answer for this long is cut off.
        package var stalledReader: Duration = .seconds(120)
        package var headerBytes = 32 * 1024

        package init() {}
    }

    package let responder: HTTPChannelHandler.Responder
    private let limits: Limits

    package init(responder: @escaping HTTPChannelHandler.Responder, limits: Limits = Limits()) {
        self.responder = responder
        self.limits = limits
    }

    package func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            try setSocketOptions(channel)
            var decoderLimits = NIOHTTPDecoderLimitConfiguration()
            decoderLimits.maxHeaderFieldSize = limits.headerBytes
            decoderLimits.maxHeaderListSize = limits.headerBytes
            decoderLimits.maxHeaderFieldCount = 200
            let pipeline = channel.pipeline.syncOperations
            try pipeline.configureHTTPServerPipeline(
                withPipeliningAssistance: false,
                withErrorHandling: false,
                withOutboundHeaderValidation: false,
                withEncoderConfiguration: .init(),
                withDecoderLimitConfiguration: decoderLimits
            )
            try pipeline.addHandler(FileSendHandler())
            try pipeline.addHandler(EdgeRules())
            try pipeline.addHandler(HTTP1ToHTTPServerCodec(secure: false))
            try pipeline.addHandler(
                HTTPConnectionStateHandler(idleTimeout: .nanoseconds(limits.idle.nanoseconds), logger: logger)
            )
            return try NIOAsyncChannel(
                wrappingChannelSynchronously: channel,
                configuration: .init(
                    // Parts that wait for the handler: with 128 KiB a part, what a slow disk can pile up stays small.
                    backPressureStrategy: .init(lowWatermark: 1, highWatermark: 3),
                    isOutboundHalfClosureEnabled: true
                )
            )
        }
    }

    private func setSocketOptions(_ channel: any Channel) throws {
        guard let options = channel.syncOptions else { return }
        // Small for a status question, large for an upload: fewer, bigger reads save a tenth of an upload's CPU time.
        try options.setOption(
            .recvAllocator,
            value: AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 4096, maximum: 128 * 1024)
        )
        #if os(Linux)
        // TCP_USER_TIMEOUT (tcp(7)), which Glibc's Swift overlay does not name.
        let userTimeout = ChannelOptions.Types.SocketOption(level: .tcp, name: .init(rawValue: 18))
        try? options.setOption(userTimeout, value: Int(limits.stalledReader.wholeMilliseconds))
        #endif
    }

    package func handle(value: Value, logger: Logger) async {
        await handleHTTP(asyncChannel: value, logger: logger)
    }
}
