import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// Sends each mail to a mail server, on a connection of its own.
package final class SMTPMailer: Mailer {
    private static let maxConnections = 32

    private let server: MailSettings.Server
    private let sender: MailSender
    private let clock: any WallClock
    private let random: any RandomSource
    private let tls: NIOSSLContext?
    private let connections = Mutex(0)

    /// - Throws: ``MailFailure/notSecure(_:)`` when the certificates to trust cannot be read.
    package init(
        _ server: MailSettings.Server,
        sender: MailSender,
        clock: any WallClock,
        random: any RandomSource
    ) throws {
        self.server = server
        self.sender = sender
        self.clock = clock
        self.random = random
        tls = server.security == .none ? nil : try Self.tls(server)
    }

    private static func tls(_ server: MailSettings.Server) throws -> NIOSSLContext {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        if !server.verifiesCertificate { configuration.certificateVerification = .none }
        if let path = server.certificatesPath { configuration.trustRoots = .file(path) }
        do {
            return try NIOSSLContext(configuration: configuration)
        } catch {
            let path = server.certificatesPath ?? "the system's folder"
            throw MailFailure.notSecure("the certificates to trust cannot be read from \(path)")
        }
    }

    package func send(_ mail: Mail) async throws {
        let message = MailMessage(mail, from: sender, at: clock.now, id: random.hex(byteCount: 16))
        try await run(
            SMTPSession.Envelope(sender: sender.address, recipient: mail.recipient, message: message.wireText)
        )
    }

    /// Connects, makes the connection secure, logs in, and leaves.
    ///
    /// - Throws: ``MailFailure``.
    package func tryOut() async throws {
        try await run(nil)
    }

    private func run(_ envelope: SMTPSession.Envelope?) async throws {
        let admitted = connections.withLock { count in
            guard count < Self.maxConnections else { return false }
            count += 1
            return true
        }
        guard admitted else { throw MailFailure.busy }
        defer { connections.withLock { $0 -= 1 } }
        let deadline = NIODeadline.now() + Self.amount(server.totalTimeout)
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let outcome = loop.makePromise(of: Void.self)
        do {
            _ = try await bootstrap(on: loop, envelope, deadline: deadline, outcome: outcome)
                .connect(host: server.host, port: server.port).get()
        } catch {
            // Once connected, the handler decides; a promise that is decided twice stays as it is.
            outcome.fail((error as? MailFailure) ?? unreachable(error))
        }
        try await outcome.futureResult.get()
    }

    private func bootstrap(
        on loop: any EventLoop,
        _ envelope: SMTPSession.Envelope?,
        deadline: NIODeadline,
        outcome: EventLoopPromise<Void>
    ) -> ClientBootstrap {
        let (server, makeTLS) = (server, makeTLS)
        return ClientBootstrap(group: loop)
            .connectTimeout(Self.amount(min(server.connectTimeout, server.totalTimeout)))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if server.security == .tls { try pipeline.addHandler(makeTLS()) }
                    let handler = SMTPHandler(server, deadline: deadline, outcome: outcome, makeTLS: makeTLS) {
                        ownName in
                        SMTPSession(envelope, to: server, ownName: ownName)
                    }
                    try pipeline.addHandler(handler)
                }
            }
    }

    private var makeTLS: @Sendable () throws -> NIOSSLClientHandler {
        let (tls, host) = (tls, server.host)
        return {
            guard let tls else { throw MailFailure.notSecure("it was not asked for") }
            // A host that is an address is compared with the addresses in the certificate.
            let isAddress = (try? SocketAddress(ipAddress: host, port: 0)) != nil
            return try NIOSSLClientHandler(context: tls, serverHostname: isAddress ? nil : host)
        }
    }

    private func unreachable(_ error: any Error) -> MailFailure {
        let place = "\(server.host):\(server.port)"
        switch error {
        case let error as NIOConnectionError:
            let reason = error.connectionErrors.first.map { "\($0.error)" } ?? "its name is unknown"
            return .unreachable("\(place), \(reason)")
        case ChannelError.connectTimeout: return .timedOut(.connecting)
        default: return .unreachable("\(place), \(error)")
        }
    }

    private static func amount(_ duration: Duration) -> TimeAmount {
        .nanoseconds(duration.wholeMilliseconds * 1_000_000)
    }
}
