import NIOCore
import NIOHTTP1
import NIOWebSocket

/// One WebSocket connection as its handler sees it.
package final class WebSocketSession: Sendable {
    private let channel: any Channel
    private let inbox: WebSocketInbox
    /// What the kernel takes before it can send it.
    private static let kernelUnsentBytes = 64 << 10

    private init(channel: any Channel, inbox: WebSocketInbox) {
        self.channel = channel
        self.inbox = inbox
    }

    /// Turns a connection whose 101 is on its way into a WebSocket one, runs the handler, and closes the connection.
    static func run(
        on channel: any Channel,
        limits: WebSocketLimits,
        _ handler: @Sendable (WebSocketSession) async -> Void
    ) async throws {
        let session = try await channel.eventLoop.submit { try install(on: channel, limits: limits) }.get()
        await handler(session)
        await session.close(.normal)
        await session.end()
    }

    private static func install(on channel: any Channel, limits: WebSocketLimits) throws -> WebSocketSession {
        let inbox = WebSocketInbox(maxBytes: limits.maxPendingBytes) {
            channel.triggerUserOutboundEvent(WebSocketCommand.resumeReading, promise: nil)
        }
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandlers(
            [
                WebSocketFrameEncoder(),
                ByteToMessageHandler(WebSocketFrameDecoder(maxFrameSize: limits.maxMessageBytes)),
                WebSocketBridge(limits: limits, inbox: inbox),
            ],
            position: .before(try pipeline.handler(type: HTTPResponseEncoder.self))
        )
        #if os(Linux)
        // TCP_NOTSENT_LOWAT (tcp(7)): otherwise megabytes that a slow peer has not got yet would count as written.
        let unsent = ChannelOptions.Types.SocketOption(level: .tcp, name: .init(rawValue: 25))
        try? channel.syncOptions?.setOption(unsent, value: Self.kernelUnsentBytes)
        #endif
        // What the client sent as soon as it saw the 101 comes now.
        try pipeline.handler(type: HeldBytes.self).release()
        return WebSocketSession(channel: channel, inbox: inbox)
    }

    /// The next message; nil when the connection has ended, from either side.
    package func next() async -> WebSocketMessage? {
        await inbox.next()
    }

    /// Sends a message and returns when the kernel has it: a reader that does not keep up holds the sender back.
    ///
    /// - Throws: when the connection has ended.
    package func send(_ message: WebSocketMessage) async throws {
        try await perform(.send(message))
    }

    /// Sends a message without waiting for it, and whether or not the connection still stands.
    package func post(_ message: WebSocketMessage) {
        channel.triggerUserOutboundEvent(WebSocketCommand.send(message), promise: nil)
    }

    /// Sends messages together without waiting for them.
    ///
    /// - Parameters:
    ///   - messages: at least one.
    ///   - onWritten: called on the connection's event loop when the kernel has them, or when the connection is gone.
    package func post(_ messages: [WebSocketMessage], onWritten: @escaping @Sendable () -> Void) {
        channel.triggerUserOutboundEvent(WebSocketCommand.sendAll(messages)).whenComplete { _ in onWritten() }
    }

    /// Like ``close(_:reason:)``, without waiting.
    package func hangUp(_ code: WebSocketCloseCode, reason: String = "") {
        channel.triggerUserOutboundEvent(WebSocketCommand.close(code, reason: reason), promise: nil)
        inbox.finish()
    }

    /// Tells the peer that this is the end; what it sends after that is dropped, and ``next()`` gives nil.
    ///
    /// Only the first close counts. `reason`: at most 120 bytes travel.
    package func close(_ code: WebSocketCloseCode, reason: String = "") async {
        try? await perform(.close(code, reason: reason))
        // Only now: whoever waits for messages may end the whole session when there are no more.
        inbox.finish()
    }

    private func perform(_ command: WebSocketCommand) async throws {
        try await withTaskCancellationHandler {
            try await channel.triggerUserOutboundEvent(command).get()
        } onCancel: {
            // The server stops, and the peer may never take another byte.
            channel.close(promise: nil)
        }
    }

    private func end() async {
        try? await perform(.end)
        await withTaskCancellationHandler {
            try? await channel.closeFuture.get()
        } onCancel: {
            channel.close(promise: nil)
        }
    }
}
