import CofferCore
import NIOCore
import NIOWebSocket

/// What a handler asks of its connection; triggered as an outbound user event, whose promise tells when it is done.
enum WebSocketCommand: Sendable {
    case send(WebSocketMessage)
    /// Several messages, handed to the kernel together.
    case sendAll([WebSocketMessage])
    case close(WebSocketCloseCode, reason: String)
    /// The inbox has room again.
    case resumeReading
    /// Closes the connection when the peer has said goodbye too, or after a while.
    case end
}

/// The end of the pipeline for a connection that speaks WebSocket: frames in, messages to the ``WebSocketInbox``.
///
/// It stands in front of the HTTP handlers, which get to see nothing any more: no bytes from the socket, and what they
/// write fails. Pings are answered here, and so are closes and violations.
final class WebSocketBridge: ChannelDuplexHandler {
    typealias InboundIn = WebSocketFrame
    typealias InboundOut = Never
    typealias OutboundIn = Any
    typealias OutboundOut = WebSocketFrame

    /// Something that an HTTP handler still wanted to write.
    struct NotHTTPAnyMore: Error {}

    private var assembler: WebSocketAssembler
    private let limits: WebSocketLimits
    private let inbox: WebSocketInbox
    private var context: ChannelHandlerContext?
    private var isPaused = false
    private var wantsRead = false
    private var hasSentClose = false
    private var hasReceivedClose = false
    /// Pings since the last frame of the peer.
    private var unanswered = 0
    private var pings: Scheduled<Void>?
    /// Whether the kernel has our close frame.
    private var isCloseWritten = false
    private var isEnding = false
    private var isStopping = false
    private var ending: Scheduled<Void>?

    init(limits: WebSocketLimits, inbox: WebSocketInbox) {
        self.limits = limits
        self.inbox = inbox
        assembler = WebSocketAssembler(maxMessageBytes: limits.maxMessageBytes)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        schedulePing(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end()
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    private func end() {
        pings?.cancel()
        ending?.cancel()
        context = nil
        inbox.finish()
    }

    // MARK: Reading

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        unanswered = 0
        // After a close frame nothing of the peer is of interest but its own close.
        switch assembler.take(unwrapInboundIn(data)) {
        case .nothing: break
        case .message(let message):
            guard !hasSentClose else { break }
            isPaused = inbox.offer(message)
        case .ping(let bytes):
            // A peer that does not read its answers must not fill our memory with them.
            guard !hasSentClose, context.channel.isWritable else { break }
            write(.pong, bytes, promise: nil)
        case .close(let code):
            hasReceivedClose = true
            inbox.finish()
            sendClose(code ?? .normal, reason: "", promise: nil)
            context.close(mode: .output, promise: nil)
            if isEnding { end(context) }
        case .violation(let code, let reason):
            fail(code, reason)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case NIOWebSocketError.invalidFrameLength: fail(.messageTooLarge, "Message too large")
        case is NIOWebSocketError: fail(.protocolError, "Malformed control frame")
        case is ByteToMessageDecoderError: break
        default:
            inbox.finish()
            context.close(promise: nil)
        }
    }

    private func fail(_ code: WebSocketCloseCode, _ reason: String) {
        inbox.finish()
        sendClose(code, reason: reason, promise: nil)
    }

    func read(context: ChannelHandlerContext) {
        if isPaused {
            wantsRead = true
        } else {
            context.read()
        }
    }

    private func resumeReading(_ context: ChannelHandlerContext) {
        isPaused = false
        guard wantsRead else { return }
        wantsRead = false
        context.read()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent:
            isStopping = true
            inbox.finish()
            sendClose(.goingAway, reason: "Server is stopping", promise: nil)
            if isEnding { end(context) }
        case ChannelEvent.inputClosed:
            // Nothing more can come, not even a close frame.
            inbox.finish()
            return context.close(promise: nil)
        default: break
        }
        context.fireUserInboundEventTriggered(event)
    }

    // MARK: Writing

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        promise?.fail(NotHTTPAnyMore())
    }

    func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
        switch event as? WebSocketCommand {
        case .send(let message): sendAll([message], context, promise: promise)
        case .sendAll(let messages): sendAll(messages, context, promise: promise)
        case .close(let code, let reason): sendClose(code, reason: reason, promise: promise)
        case .resumeReading:
            resumeReading(context)
            promise?.succeed()
        case .end:
            end(context)
            promise?.succeed()
        case nil: context.triggerUserOutboundEvent(event, promise: promise)
        }
    }

    /// Closes the connection when the peer has our close frame and has said goodbye too; it has a while for both.
    private func end(_ context: ChannelHandlerContext) {
        isEnding = true
        ending?.cancel()
        guard !(isCloseWritten && hasReceivedClose) else { return context.close(promise: nil) }
        // A server that stops does not wait for slow peers.
        let isShort = isCloseWritten || hasReceivedClose || isStopping
        let timeout = isShort ? limits.closeTimeout : limits.drainTimeout
        let channel = context.channel
        ending = context.eventLoop.scheduleTask(in: .nanoseconds(timeout.wholeMilliseconds * 1_000_000)) {
            channel.close(promise: nil)
        }
    }

    private func sendAll(
        _ messages: [WebSocketMessage],
        _ context: ChannelHandlerContext,
        promise: EventLoopPromise<Void>?
    ) {
        guard !hasSentClose, let last = messages.last else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        for message in messages.dropLast() { context.write(wrapOutboundOut(Self.frame(message)), promise: nil) }
        context.writeAndFlush(wrapOutboundOut(Self.frame(last)), promise: promise)
    }

    private static func frame(_ message: WebSocketMessage) -> WebSocketFrame {
        switch message {
        case .text(let text): WebSocketFrame(fin: true, opcode: .text, data: ByteBuffer(string: text))
        case .binary(let bytes): WebSocketFrame(fin: true, opcode: .binary, data: bytes)
        }
    }

    /// Sends a close frame, once; the reason is cut to what fits.
    private func sendClose(_ code: WebSocketCloseCode, reason: String, promise: EventLoopPromise<Void>?) {
        guard !hasSentClose else {
            promise?.succeed()
            return
        }
        var bytes = ByteBuffer(integer: code.number)
        var text = reason[...]
        // Two of the 125 bytes of a control frame are the code; three more keep to what the dialects promise.
        while text.utf8.count > 120 { text.removeLast() }
        bytes.writeSubstring(text)
        hasSentClose = true
        guard let context else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        let written = promise ?? context.eventLoop.makePromise()
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        written.futureResult.whenSuccess { bound.value.closeWasWritten() }
        write(.connectionClose, bytes, promise: written)
    }

    private func closeWasWritten() {
        isCloseWritten = true
        if isEnding, let context { end(context) }
    }

    private func write(_ opcode: WebSocketOpcode, _ bytes: ByteBuffer, promise: EventLoopPromise<Void>?) {
        guard let context else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        let frame = WebSocketFrame(fin: true, opcode: opcode, data: bytes)
        context.writeAndFlush(wrapOutboundOut(frame), promise: promise)
    }

    // MARK: Signs of life

    private func schedulePing(_ context: ChannelHandlerContext) {
        let interval = TimeAmount.nanoseconds(limits.pingInterval.wholeMilliseconds * 1_000_000)
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        pings = context.eventLoop.scheduleTask(in: interval) { bound.value.ping() }
    }

    private func ping() {
        guard let context else { return }
        // While we do not read, the peer's answers cannot reach us.
        if unanswered >= 2, !isPaused {
            inbox.finish()
            // Where the dialect has a code for it, the handler's end closes the connection.
            guard let close = limits.silentClose else { return context.close(promise: nil) }
            return sendClose(close.code, reason: close.reason, promise: nil)
        }
        unanswered += 1
        if !hasSentClose, context.channel.isWritable { write(.ping, ByteBuffer(), promise: nil) }
        schedulePing(context)
    }
}
