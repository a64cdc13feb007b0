import NIOCore

/// Holds what a client sends between the 101 and the moment the handlers of the new protocol stand in the pipeline.
///
/// It is put in front of all others when the 101 is written. Without it those bytes would go to the HTTP decoder, which
/// throws them away. Events wait, too: that the client has ended its side is told only once.
final class HeldBytes: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer

    private var held: [NIOAny] = []
    private var events: [Any] = []
    private var wantsRead = false
    private var context: ChannelHandlerContext?

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        held.append(data)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        events.append(event)
    }

    /// One read may be under way; more bytes than it brings are left in the socket.
    func read(context: ChannelHandlerContext) {
        wantsRead = true
    }

    /// Hands over what was held, and leaves the pipeline.
    func release() {
        guard let context else { return }
        let bytes = held
        held = []
        for data in bytes { context.fireChannelRead(data) }
        if !bytes.isEmpty { context.fireChannelReadComplete() }
        for event in events { context.fireUserInboundEventTriggered(event) }
        events = []
        if wantsRead { context.read() }
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }
}
