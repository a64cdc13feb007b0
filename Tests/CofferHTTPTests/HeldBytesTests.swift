import NIOCore
import NIOEmbedded
import Testing

@testable import CofferHTTP

@Suite("HeldBytes")
struct HeldBytesTests {
    private final class Recorder: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private(set) var seen: [String] = []

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            seen.append(String(buffer: unwrapInboundIn(data)))
        }

        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if case ChannelEvent.inputClosed = event { seen.append("end") }
        }
    }

    /// The system tells only once that the client has ended its side, which may be as soon as it has seen the 101.
    @Test func bytesAndTheirEndComeInOrderWhenTheNewHandlersStand() throws {
        let channel = EmbeddedChannel()
        let (held, recorder) = (HeldBytes(), Recorder())
        try channel.pipeline.syncOperations.addHandlers([held, recorder])
        try channel.writeInbound(ByteBuffer(string: "one"))
        try channel.writeInbound(ByteBuffer(string: "two"))
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(recorder.seen == [])
        held.release()
        #expect(recorder.seen == ["one", "two", "end"])
        try channel.writeInbound(ByteBuffer(string: "three"))
        #expect(recorder.seen == ["one", "two", "end", "three"])
        _ = try channel.finish()
    }
}
