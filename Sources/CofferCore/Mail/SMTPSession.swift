/// What a client says to a mail server, decided reply by reply (RFC 5321, 3207, 4954); it does no input or output.
///
/// One session sends one mail, or none: then it only looks whether it could.
struct SMTPSession {
    enum Action: Equatable {
        /// Write this, and wait for a reply.
        case send(String)
        /// Make the connection secure, then call ``secured()``.
        case startTLS
        /// All is decided: nil when it went well. Take leave and close.
        case end(MailFailure?)
    }

    struct Envelope {
        let sender: MailAddress
        let recipient: MailAddress
        /// The whole message; lines end in CR LF.
        let message: String
    }

    /// The longest command line, CR LF included.
    private static let maxCommandBytes = 512

    private enum Step {
        case greeting, hello, startTLS, plainResponse, loginUser, loginPassword, login, sender, recipient, data, message
    }

    private let envelope: Envelope?
    private let credentials: MailSettings.Credentials?
    private let wantsStartTLS: Bool
    /// How we introduce ourselves: an address literal such as `[127.0.0.1]`.
    private let ownName: String
    private var isSecured = false
    private var step = Step.greeting
    private var extensions: [String: [String]] = [:]

    init(_ envelope: Envelope?, to server: MailSettings.Server, ownName: String) {
        self.envelope = envelope
        credentials = server.credentials
        wantsStartTLS = server.security == .starttls
        self.ownName = ownName
    }

    /// What is being done, for a failure that comes from outside of the session.
    var stage: MailFailure.Stage {
        switch step {
        case .greeting: .greeting
        case .hello: .hello
        case .startTLS: .startTLS
        case .plainResponse, .loginUser, .loginPassword, .login: .login
        case .sender: .sender
        case .recipient: .recipient
        case .data: .data
        case .message: .message
        }
    }

    /// The connection has become secure: what the server said before does not count any more (RFC 3207, section 4.2).
    mutating func secured() -> Action {
        isSecured = true
        return hello()
    }

    mutating func receive(_ reply: SMTPReply) -> Action {
        switch step {
        case .greeting: return reply.isPositive ? hello() : refused(reply)
        case .hello: return reply.isPositive ? greeted(reply) : refused(reply)
        case .startTLS: return reply.code == 220 ? .startTLS : .end(.notSecure("the server refused STARTTLS"))
        case .plainResponse, .loginUser, .loginPassword:
            return reply.code == 334 ? answerChallenge() : loginRefused(reply)
        case .login: return reply.isPositive ? mailFrom() : loginRefused(reply)
        case .sender: return reply.isPositive ? rcptTo() : refused(reply)
        case .recipient:
            guard reply.isPositive else {
                return reply.isPermanentFailure ? .end(.recipientRefused(reply.status)) : refused(reply)
            }
            step = .data
            return .send("DATA\r\n")
        case .data:
            guard reply.code == 354, let envelope else { return refused(reply) }
            step = .message
            return .send(Self.dotStuffed(envelope.message))
        case .message: return reply.isPositive ? .end(nil) : refused(reply)
        }
    }

    private func refused(_ reply: SMTPReply) -> Action { .end(.refused(stage, reply.status)) }

    /// 4xx says that the server cannot tell at the moment; only 5xx is about the password.
    private func loginRefused(_ reply: SMTPReply) -> Action {
        reply.isPermanentFailure ? .end(.loginRefused(reply.status)) : refused(reply)
    }

    private mutating func hello() -> Action {
        step = .hello
        return .send("EHLO \(ownName)\r\n")
    }

    private mutating func greeted(_ reply: SMTPReply) -> Action {
        extensions = [:]
        for line in reply.lines.dropFirst() {
            let words = line.uppercased().split(whereSeparator: { $0 == " " || $0 == "=" }).map(String.init)
            // `AUTH=LOGIN` is how servers older than the standard put it; some still send both lines.
            guard let keyword = words.first else { continue }
            extensions[keyword, default: []] += words.dropFirst()
        }
        if wantsStartTLS, !isSecured {
            guard extensions["STARTTLS"] != nil else { return .end(.notSecure("the server offers no STARTTLS")) }
            step = .startTLS
            return .send("STARTTLS\r\n")
        }
        return credentials == nil ? mailFrom() : logIn()
    }

    // MARK: Login

    private mutating func logIn() -> Action {
        let mechanisms = extensions["AUTH"] ?? []
        if mechanisms.contains("PLAIN") {
            let command = "AUTH PLAIN \(plainSecret)\r\n"
            // A longer one has to come as the answer to an empty challenge (RFC 4954, section 4).
            guard command.utf8.count > Self.maxCommandBytes else {
                step = .login
                return .send(command)
            }
            step = .plainResponse
            return .send("AUTH PLAIN\r\n")
        }
        guard mechanisms.contains("LOGIN") else { return .end(.noLogin) }
        step = .loginUser
        return .send("AUTH LOGIN\r\n")
    }

    private var plainSecret: String {
        Base64.encode([0] + Array((credentials?.user ?? "").utf8) + [0] + Array((credentials?.password ?? "").utf8))
    }

    private mutating func answerChallenge() -> Action {
        switch step {
        case .loginUser:
            step = .loginPassword
            return .send(Base64.encode(Array((credentials?.user ?? "").utf8)) + "\r\n")
        case .loginPassword:
            step = .login
            return .send(Base64.encode(Array((credentials?.password ?? "").utf8)) + "\r\n")
        default:
            step = .login
            return .send(plainSecret + "\r\n")
        }
    }

    // MARK: The mail

    private mutating func mailFrom() -> Action {
        guard let envelope else { return .end(nil) }
        step = .sender
        var parameters = ""
        if !envelope.recipient.isASCII || !envelope.sender.isASCII {
            guard extensions["SMTPUTF8"] != nil else { return .end(.recipientUnsupported) }
            parameters = (extensions["8BITMIME"] == nil ? "" : " BODY=8BITMIME") + " SMTPUTF8"
        }
        return .send("MAIL FROM:<\(envelope.sender)>\(parameters)\r\n")
    }

    private mutating func rcptTo() -> Action {
        guard let envelope else { return .end(nil) }
        step = .recipient
        return .send("RCPT TO:<\(envelope.recipient)>\r\n")
    }

    /// A line that begins with a dot gets another one, so that a lone dot is the end and nothing else
    /// (RFC 5321, section 4.5.2).
    static func dotStuffed(_ message: String) -> String {
        var lines = message.split(separator: "\r\n", omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true { lines.removeLast() }
        return lines.map { ($0.utf8.first == UInt8(ascii: ".") ? "." : "") + $0 + "\r\n" }.joined() + ".\r\n"
    }
}
