import NIOCore
import NIOEmbedded
import NIOSSL
import Testing

@testable import CofferCore

@Suite("SMTP connections")
struct SMTPHandlerTests {
    private struct NoTLS: Error {}

    /// A connection whose server is the test, and whose time stands still.
    private final class Peer {
        let channel = EmbeddedChannel()
        let outcome: EventLoopPromise<Void>
        var isTLSAsked = false

        init(_ settings: [String: String], deadline: TimeAmount = .seconds(60)) throws {
            outcome = channel.eventLoop.makePromise()
            let all = settings.merging(["host": "localhost", "from": "post@example.org"]) { own, _ in own }
            let group = SettingsGroup { name in all[name].map { .init(text: $0, origin: name) } }
            let server = try #require(try MailSettings(group).server)
            let handler = SMTPHandler(
                server,
                deadline: channel.eventLoop.now + deadline,
                outcome: outcome,
                makeTLS: {
                    self.isTLSAsked = true
                    throw NoTLS()
                },
                makeSession: { SMTPSession(nil, to: server, ownName: $0) }
            )
            try channel.pipeline.syncOperations.addHandler(handler)
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 25)).wait()
        }

        func say(_ text: String) throws {
            try channel.writeInbound(ByteBuffer(string: text))
        }

        func heard() throws -> String {
            var text = ""
            while let bytes = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: bytes) }
            return text
        }

        /// Nil while nothing is decided.
        func result() -> Result<Void, any Error>? {
            nonisolated(unsafe) var result: Result<Void, any Error>?  // One thread: the loop is the test's.
            outcome.futureResult.whenComplete { result = $0 }
            channel.embeddedEventLoop.run()
            return result
        }

        func failure() throws -> MailFailure? {
            guard case .failure(let error)? = result() else { return nil }
            return try #require(error as? MailFailure)
        }

        deinit {
            if result() == nil { outcome.fail(NoTLS()) }
            _ = try? channel.finish(acceptAlreadyClosed: true)
        }
    }

    @Test func sessionThatEndsWellTakesItsLeave() throws {
        let peer = try Peer(["security": "none"])
        #expect(try peer.heard() == "")
        try peer.say("220 hel")
        try peer.say("lo\r\n")
        #expect(try peer.heard().hasPrefix("EHLO ["))
        #expect(peer.result() == nil)
        try peer.say("250 me\r\n")
        #expect(try peer.heard() == "QUIT\r\n")
        guard case .success? = peer.result() else { throw NoTLS() }
        #expect(peer.channel.isActive)
        try peer.say("221 bye\r\n")
        #expect(!peer.channel.isActive)
    }

    @Test func serverThatDoesNotTakeLeaveIsLeft() throws {
        let peer = try Peer(["security": "none"])
        try peer.say("220 hello\r\n")
        try peer.say("250 me\r\n")
        peer.channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(!peer.channel.isActive)
    }

    @Test func silenceEndsWithTheTimeOfOneReply() throws {
        let peer = try Peer(["security": "none", "reply_timeout": "5"])
        peer.channel.embeddedEventLoop.advanceTime(by: .seconds(4))
        #expect(peer.result() == nil)
        try peer.say("220 hello\r\n")
        peer.channel.embeddedEventLoop.advanceTime(by: .seconds(4))
        #expect(peer.result() == nil)
        peer.channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        #expect(try peer.failure() == .timedOut(.hello))
        #expect(!peer.channel.isActive)
    }

    @Test func allRepliesTogetherHaveOneLimit() throws {
        let peer = try Peer(["security": "none", "reply_timeout": "5"], deadline: .seconds(6))
        peer.channel.embeddedEventLoop.advanceTime(by: .seconds(4))
        try peer.say("220 hello\r\n")
        peer.channel.embeddedEventLoop.advanceTime(by: .seconds(2))
        #expect(try peer.failure() == .timedOut(.hello))
    }

    @Test func halfReplyDoesNotBuyTime() throws {
        let peer = try Peer(["security": "none", "reply_timeout": "5"])
        for _ in 0..<5 {
            try peer.say("220-more\r\n")
            peer.channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        }
        #expect(try peer.failure() == .timedOut(.greeting))
    }

    @Test func connectionThatEndsIsAFailure() throws {
        let peer = try Peer(["security": "none"])
        try peer.say("220 hello\r\n")
        try peer.channel.close().wait()
        #expect(try peer.failure() == .connectionLost(.hello))
    }

    @Test func otherProtocolIsToldApart() throws {
        let peer = try Peer(["security": "none"])
        try peer.say("HTTP/1.1 400 Bad Request\r\n\r\n")
        #expect(try peer.failure() == .garbled(.greeting))
        #expect(!peer.channel.isActive)
    }

    @Test func replySlippedInBeforeTLSIsRefused() throws {
        let peer = try Peer([:])
        try peer.say("220 hello\r\n")
        try peer.say("250-me\r\n250 STARTTLS\r\n")
        #expect(try peer.heard().hasSuffix("STARTTLS\r\n"))
        try peer.say("220 go\r\n250 slipped in\r\n")
        #expect(try peer.failure() == .notSecure("the server spoke ahead of STARTTLS"))
        #expect(!peer.isTLSAsked)
        #expect(!peer.channel.isActive)
    }

    @Test func nothingIsSentWhenTLSCannotBegin() throws {
        let peer = try Peer([:])
        try peer.say("220 hello\r\n")
        try peer.say("250-me\r\n250 STARTTLS\r\n")
        _ = try peer.heard()
        try peer.say("220 go\r\n")
        #expect(peer.isTLSAsked)
        #expect(try peer.heard() == "")
        guard case .notSecure? = try peer.failure() else { throw NoTLS() }
    }
}
