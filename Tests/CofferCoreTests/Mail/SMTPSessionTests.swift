import Testing

@testable import CofferCore

@Suite("SMTP sessions")
struct SMTPSessionTests {
    /// One exchange: what the server says, and what must follow.
    private typealias Turn = (code: Int, lines: [String], action: SMTPSession.Action)

    private func server(_ settings: [String: String]) throws -> MailSettings.Server {
        let all = settings.merging(["host": "localhost", "from": "post@example.org"]) { own, _ in own }
        let group = SettingsGroup { name in all[name].map { .init(text: $0, origin: name) } }
        return try #require(try MailSettings(group).server)
    }

    private func envelope(_ recipient: String = "anna@example.org") throws -> SMTPSession.Envelope {
        SMTPSession.Envelope(
            sender: try #require(MailAddress("post@example.org")),
            recipient: try #require(MailAddress(recipient)),
            message: "Subject: x\r\n\r\nHello\r\n"
        )
    }

    private func run(
        _ envelope: SMTPSession.Envelope?,
        _ turns: [Turn],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        try run(["security": "none"], envelope, turns, sourceLocation: sourceLocation)
    }

    private func run(
        _ settings: [String: String],
        _ envelope: SMTPSession.Envelope?,
        _ turns: [Turn],
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        var session = SMTPSession(envelope, to: try server(settings), ownName: "[127.0.0.1]")
        for turn in turns {
            var action = session.receive(SMTPReply(code: turn.code, lines: turn.lines))
            if action == .startTLS, turn.action != .startTLS { action = session.secured() }
            #expect(action == turn.action, sourceLocation: sourceLocation)
        }
    }

    private let ehlo = SMTPSession.Action.send("EHLO [127.0.0.1]\r\n")
    private let mailFrom = SMTPSession.Action.send("MAIL FROM:<post@example.org>\r\n")
    private let rcptTo = SMTPSession.Action.send("RCPT TO:<anna@example.org>\r\n")
    private let login = ["username": "anna", "password": "geheim"]

    @Test func plainMailIsDelivered() throws {
        try run(
            envelope(),
            [
                (220, ["hello"], ehlo), (250, ["me", "SIZE 10"], mailFrom), (250, ["ok"], rcptTo),
                (251, ["will forward"], .send("DATA\r\n")),
                (354, ["go"], .send("Subject: x\r\n\r\nHello\r\n.\r\n")), (250, ["queued"], .end(nil)),
            ]
        )
    }

    @Test func greetingsAreRepeatedOnceTheConnectionIsSecure() throws {
        let secret = "AUTH PLAIN AGFubmEAZ2VoZWlt\r\n"
        try run(
            login,
            envelope(),
            [
                (220, [""], ehlo), (250, ["me", "STARTTLS", "AUTH LOGIN"], .send("STARTTLS\r\n")), (220, ["go"], ehlo),
                (250, ["me", "AUTH PLAIN LOGIN"], .send(secret)), (235, ["ok"], mailFrom),
            ]
        )
    }

    @Test func nothingIsSaidInTheOpenWhenStartTLSIsMissing() throws {
        let failure = SMTPSession.Action.end(.notSecure("the server offers no STARTTLS"))
        try run(login, envelope(), [(220, [""], ehlo), (250, ["me", "AUTH PLAIN"], failure)])
        let refusal = SMTPSession.Action.end(.notSecure("the server refused STARTTLS"))
        try run(
            login,
            envelope(),
            [(220, [""], ehlo), (250, ["me", "starttls"], .send("STARTTLS\r\n")), (454, ["later"], refusal)]
        )
    }

    @Test func loginAnswersTwoChallenges() throws {
        try run(
            login.merging(["security": "tls"]) { $1 },
            envelope(),
            [
                (220, [""], ehlo), (250, ["me", "AUTH=LOGIN", "AUTH LOGIN CRAM-MD5"], .send("AUTH LOGIN\r\n")),
                (334, ["VXNlcm5hbWU6"], .send("YW5uYQ==\r\n")), (334, ["UGFzc3dvcmQ6"], .send("Z2VoZWlt\r\n")),
                (235, ["ok"], mailFrom),
            ]
        )
    }

    @Test func longSecretFollowsAnEmptyChallenge() throws {
        let password = String(repeating: "p", count: 600)
        let secret = Base64.encode([0] + Array("anna".utf8) + [0] + Array(password.utf8))
        try run(
            ["security": "tls", "username": "anna", "password": password],
            envelope(),
            [
                (220, [""], ehlo), (250, ["me", "AUTH PLAIN"], .send("AUTH PLAIN\r\n")),
                (334, [""], .send("\(secret)\r\n")), (235, ["ok"], mailFrom),
            ]
        )
    }

    @Test func loginThatFailsEndsTheSession() throws {
        let tls = login.merging(["security": "tls"]) { $1 }
        try run(tls, envelope(), [(220, [""], ehlo), (250, ["me", "AUTH CRAM-MD5"], .end(.noLogin))])
        let secret = SMTPSession.Action.send("AUTH PLAIN AGFubmEAZ2VoZWlt\r\n")
        let wrong = SMTPSession.Action.end(.loginRefused(.init(code: 535, enhanced: "5.7.8")))
        try run(tls, envelope(), [(220, [""], ehlo), (250, ["me", "AUTH PLAIN"], secret), (535, ["5.7.8 no"], wrong)])
        let later = SMTPSession.Action.end(.refused(.login, .init(code: 454)))
        try run(tls, envelope(), [(220, [""], ehlo), (250, ["me", "AUTH PLAIN"], secret), (454, ["later"], later)])
    }

    @Test func recipientThatIsRefusedIsToldApart() throws {
        let refused = SMTPSession.Action.end(.recipientRefused(.init(code: 550, enhanced: "5.1.1")))
        let begun: [Turn] = [(220, [""], ehlo), (250, ["me"], mailFrom), (250, [""], rcptTo)]
        try run(envelope(), begun + [(550, ["5.1.1 <anna@example.org> unknown"], refused)])
        try run(envelope(), begun + [(450, ["greylisted"], .end(.refused(.recipient, .init(code: 450))))])
    }

    @Test(arguments: [
        (0, 554, MailFailure.Stage.greeting), (1, 502, .hello), (2, 550, .sender), (4, 554, .data), (5, 552, .message),
    ])
    func refusalNamesWhatWasRefused(turn: Int, code: Int, stage: MailFailure.Stage) throws {
        let good: [Turn] = [
            (220, [""], ehlo), (250, ["me"], mailFrom), (250, [""], rcptTo), (250, [""], .send("DATA\r\n")),
            (354, [""], .send("Subject: x\r\n\r\nHello\r\n.\r\n")),
        ]
        let bad: Turn = (code, ["no"], .end(.refused(stage, .init(code: code))))
        try run(envelope(), good.prefix(turn) + [bad])
    }

    @Test func otherLettersNeedTheExtension() throws {
        let recipient = "bücher@example.org"
        let greeting: Turn = (220, [""], ehlo)
        try run(envelope(recipient), [greeting, (250, ["me", "8BITMIME"], .end(.recipientUnsupported))])
        let command = SMTPSession.Action.send("MAIL FROM:<post@example.org> BODY=8BITMIME SMTPUTF8\r\n")
        try run(envelope(recipient), [greeting, (250, ["me", "8BITMIME", "SMTPUTF8"], command)])
    }

    @Test func sessionWithoutMailStopsBeforeOne() throws {
        try run(nil, [(220, [""], ehlo), (250, ["me"], .end(nil))])
    }

    @Test(arguments: [
        ("a\r\n", "a\r\n.\r\n"), (".\r\n", "..\r\n.\r\n"), ("a\r\n.\r\nRCPT\r\n", "a\r\n..\r\nRCPT\r\n.\r\n"),
        ("..a\r\n.b", "...a\r\n..b\r\n.\r\n"), (".\u{301}\r\n", "..\u{301}\r\n.\r\n"), ("", ".\r\n"),
        ("a\r\n\r\n", "a\r\n\r\n.\r\n"),
    ])
    func dotsAtTheStartOfLinesAreDoubled(message: String, expected: String) {
        #expect(Array(SMTPSession.dotStuffed(message).utf8) == Array(expected.utf8))
    }
}
