import NIOCore
import NIOHTTP1

/// What RFC 9110 and 9112 ask of a connection and the layers above do not do.
///
/// - A connection that the client does not keep alive is closed, and HTTP/1.1 without one `Host` is a 400.
/// - A client that sent `Expect: 100-continue` is told to go on (RFC 9110, section 10.1.1).
/// - After a request with an `Upgrade` header that is not taken, NIO's decoder reads no further, so the connection is
///   closed with the answer.
/// - An error answered before the whole body has arrived closes the connection too, and so does one to bytes that are no
///   request: the rest is read for a short while, so that the client gets to see the answer instead of a reset (RFC 9112,
///   section 9.6), and then cut off.
final class EdgeRules: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private static let lingerTime = TimeAmount.seconds(5)
    private static let lingerBytes = 32 * 1024 * 1024

    private var rules = State()
    private var hasInputEnded = false
    /// Whether a connection that lingers has nothing more to send.
    private var hasOutputEnded = false

    /// The decisions, free of any channel.
    struct State: Equatable {
        private(set) var isBodyOpen = false
        private(set) var hasUpgrade = false
        private(set) var keepsAlive = true
        /// A request that was answered here; whatever else arrives is thrown away.
        private(set) var isRefused = false
        private(set) var closesAfterEnd = false
        private(set) var bytesToLinger: Int?

        mutating func readHead(hasUpgrade: Bool, keepsAlive: Bool = true) {
            isBodyOpen = true
            self.hasUpgrade = hasUpgrade
            self.keepsAlive = keepsAlive
        }

        mutating func refuse() {
            isRefused = true
            closesAfterEnd = true
            bytesToLinger = EdgeRules.lingerBytes
        }

        mutating func readEnd() {
            isBodyOpen = false
        }

        /// What arrives cannot be understood any more, so it has no end.
        mutating func readFailed() {
            isBodyOpen = true
        }

        /// - Returns: whether the answer must carry `Connection: close`.
        mutating func writeHead(status: Int, asksToClose: Bool) -> Bool {
            guard status >= 200 || status == 101 else { return false }
            closesAfterEnd =
                asksToClose || !keepsAlive || (hasUpgrade && status != 101) || (isBodyOpen && status >= 400)
            return closesAfterEnd
        }

        enum EndAction: Equatable { case goOn, close, linger }

        mutating func writeEnd() -> EndAction {
            guard closesAfterEnd else { return .goOn }
            guard isBodyOpen else { return .close }
            bytesToLinger = EdgeRules.lingerBytes
            return .linger
        }

        /// - Returns: true when the connection must be cut now.
        mutating func readWhileLingering(_ count: Int) -> Bool {
            guard let left = bytesToLinger else { return false }
            bytesToLinger = left - count
            return left <= count
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            rules.readHead(hasUpgrade: Self.has("upgrade", in: head.headers), keepsAlive: head.isKeepAlive)
            guard Self.namesItsHost(head) else { return refuse(head, context: context) }
            if head.version != .http1_0, Self.has("expect", in: head.headers), Self.expectsContinue(head.headers) {
                let goOn = HTTPResponseHead(version: head.version, status: .continue)
                context.writeAndFlush(wrapOutboundOut(.head(goOn)), promise: nil)
            }
        case .body(let bytes):
            if rules.bytesToLinger != nil { return discard(bytes.readableBytes, context: context) }
        case .end:
            rules.readEnd()
            if rules.bytesToLinger != nil { return context.close(promise: nil) }
        }
        guard !rules.isRefused else { return }
        context.fireChannelRead(data)
    }

    /// Nobody above asks for bytes any more when the request is answered.
    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        if rules.bytesToLinger != nil { context.read() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if rules.bytesToLinger != nil, case ByteToMessageDecoderError.dataReceivedInErrorState(_, let bytes) = error {
            return discard(bytes.readableBytes, context: context)
        }
        if error is HTTPParserError { rules.readFailed() }
        context.fireErrorCaught(error)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event {
            hasInputEnded = true
            if hasOutputEnded { return context.close(promise: nil) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    private func discard(_ count: Int, context: ChannelHandlerContext) {
        if rules.readWhileLingering(count) { context.close(promise: nil) }
    }

    /// HTTP/1.1 demands one Host field, no more (RFC 9112, section 3.2).
    private static func namesItsHost(_ head: HTTPRequestHead) -> Bool {
        let count = head.headers.reduce(0) { $0 + (Self.is("host", $1.name) ? 1 : 0) }
        return count == 1 || (count == 0 && head.version == .http1_0)
    }

    private static func expectsContinue(_ headers: HTTPHeaders) -> Bool {
        headers[canonicalForm: "expect"].contains { $0.lowercased() == "100-continue" }
    }

    /// Answers for the layers above, which never get to see the request.
    private func refuse(_ head: HTTPRequestHead, context: ChannelHandlerContext) {
        rules.refuse()
        var answer = HTTPResponseHead(version: head.version, status: .badRequest)
        answer.headers = ["content-length": "0", "connection": "close"]
        context.write(wrapOutboundOut(.head(answer)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        linger(context)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var head):
            let asksToClose =
                Self.has("connection", in: head.headers)
                && head.headers[canonicalForm: "connection"].contains { $0.lowercased() == "close" }
            if head.status == .switchingProtocols {
                // Before the head leaves: the client may answer it at once, in another protocol.
                try? context.pipeline.syncOperations.addHandler(HeldBytes(), position: .first)
            }
            if rules.writeHead(status: Int(head.status.code), asksToClose: asksToClose) {
                head.headers.replaceOrAdd(name: "connection", value: "close")
            }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body:
            context.write(data, promise: promise)
        case .end:
            end(rules.writeEnd(), context: context, data: data, promise: promise)
        }
    }

    /// Most requests have none of the fields asked for here; lengths tell most of the others apart.
    private static func has(_ name: StaticString, in headers: HTTPHeaders) -> Bool {
        headers.contains { Self.is(name, $0.name) }
    }

    private static func `is`(_ name: StaticString, _ field: String) -> Bool {
        field.utf8.count == name.utf8CodeUnitCount && field.lowercased() == "\(name)"
    }

    private func end(
        _ action: State.EndAction,
        context: ChannelHandlerContext,
        data: NIOAny,
        promise: EventLoopPromise<Void>?
    ) {
        switch action {
        case .goOn:
            context.write(data, promise: promise)
        case .close:
            context.writeAndFlush(data, promise: promise)
            context.close(mode: .output, promise: nil)
        case .linger:
            context.writeAndFlush(data, promise: promise)
            linger(context)
        }
    }

    /// Reads on for a while; it begins when the kernel has all of the answer.
    private func linger(_ context: ChannelHandlerContext) {
        let hasEnded = context.eventLoop.makePromise(of: Void.self)
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        hasEnded.futureResult.whenComplete { _ in
            let (rules, context) = bound.value
            rules.hasOutputEnded = true
            if rules.hasInputEnded { return context.close(promise: nil) }
            let channel = context.channel
            context.eventLoop.scheduleTask(in: Self.lingerTime) { channel.close(promise: nil) }
        }
        context.close(mode: .output, promise: hasEnded)
        context.read()
    }
}
