import NIOCore
import NIOSSL

/// Lets an ``SMTPSession`` speak on a connection, with a time limit on each reply and on the whole.
///
/// It works on the connection's own event loop and not as a stream of messages: what arrives after STARTTLS has been
/// agreed can then never have been read before, so nobody can slip in a reply ahead of the secure connection.
final class SMTPHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How long the server may take to answer `QUIT`, when everything is decided already.
    private static let leaveTimeout = TimeAmount.seconds(1)

    private let makeSession: (_ ownName: String) -> SMTPSession
    private let makeTLS: () throws -> NIOSSLClientHandler
    private let replyTimeout: TimeAmount
    private let deadline: NIODeadline
    private let outcome: EventLoopPromise<Void>
    private var session: SMTPSession
    private var parser = SMTPReplyParser()
    private var timer: Scheduled<Void>?
    private var isDecided = false
    private var failure: (any Error)?

    /// `outcome`: succeeds when the session ended well, and fails otherwise, always with ``MailFailure``.
    init(
        _ server: MailSettings.Server,
        deadline: NIODeadline,
        outcome: EventLoopPromise<Void>,
        makeTLS: @escaping () throws -> NIOSSLClientHandler,
        makeSession: @escaping (_ ownName: String) -> SMTPSession
    ) {
        replyTimeout = .nanoseconds(server.replyTimeout.wholeMilliseconds * 1_000_000)
        self.deadline = deadline
        self.outcome = outcome
        self.makeTLS = makeTLS
        self.makeSession = makeSession
        session = makeSession("localhost")
    }

    func channelActive(context: ChannelHandlerContext) {
        session = makeSession(Self.literal(context.channel.localAddress))
        awaitReply(context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isDecided else {
            context.close(promise: nil)
            return
        }
        parser.append(unwrapInboundIn(data))
        do {
            while !isDecided, let reply = try parser.next() {
                try perform(session.receive(reply), context)
            }
        } catch {
            decide((error as? MailFailure) ?? .garbled(session.stage), context)
            context.close(promise: nil)
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        failure = error
        decide(Self.meaning(of: error, session.stage), context)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        decide(failure.map { Self.meaning(of: $0, session.stage) } ?? .connectionLost(session.stage), context)
    }

    private func perform(_ action: SMTPSession.Action, _ context: ChannelHandlerContext) throws {
        switch action {
        case .send(let text):
            write(text, context)
            awaitReply(context)
        case .startTLS:
            guard !parser.hasLeftover else { throw MailFailure.notSecure("the server spoke ahead of STARTTLS") }
            let tls: NIOSSLClientHandler
            do {
                tls = try makeTLS()
            } catch {
                throw MailFailure.notSecure("\(error)")
            }
            try context.pipeline.syncOperations.addHandler(tls, position: .first)
            try perform(session.secured(), context)
        case .end(let failure):
            decide(failure, context)
            write("QUIT\r\n", context)
            schedule(context, at: context.eventLoop.now + Self.leaveTimeout) { $0.close(promise: nil) }
        }
    }

    private func decide(_ failure: MailFailure?, _ context: ChannelHandlerContext) {
        guard !isDecided else { return }
        isDecided = true
        timer?.cancel()
        if let failure { outcome.fail(failure) } else { outcome.succeed() }
    }

    private func write(_ text: String, _ context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }

    private func awaitReply(_ context: ChannelHandlerContext) {
        schedule(context, at: min(context.eventLoop.now + replyTimeout, deadline)) { context in
            self.decide(.timedOut(self.session.stage), context)
            context.close(promise: nil)
        }
    }

    private func schedule(
        _ context: ChannelHandlerContext,
        at time: NIODeadline,
        _ body: @escaping (ChannelHandlerContext) -> Void
    ) {
        timer?.cancel()
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: time) { body(context) }
    }

    private static func meaning(of error: any Error, _ stage: MailFailure.Stage) -> MailFailure {
        switch error {
        case is NIOSSLError, is NIOSSLExtraError, is BoringSSLError: .notSecure(reason(error))
        default: .connectionLost(stage)
        }
    }

    private static func reason(_ error: any Error) -> String {
        let text = "\(error)"
        if text.contains("CERTIFICATE_VERIFY_FAILED") { return "its certificate is not trusted" }
        if case .some = error as? NIOSSLExtraError { return "its certificate is for another host" }
        if text.contains("WRONG_VERSION_NUMBER") { return "the server does not speak TLS on this port" }
        return "the TLS handshake failed"
    }

    /// Our own address in the form that `EHLO` takes from those who have no name (RFC 5321, section 4.1.3).
    private static func literal(_ address: SocketAddress?) -> String {
        guard let address, let text = address.ipAddress else { return "[127.0.0.1]" }
        if case .v6 = address { return "[IPv6:\(text.prefix { $0 != "%" })]" }
        return "[\(text)]"
    }
}
