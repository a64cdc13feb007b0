/// A short text for one person.
package struct Mail: Sendable {
    package let recipient: MailAddress
    package let subject: String
    /// Lines end in any manner; a last line end is not needed.
    package let text: String

    package init(to recipient: MailAddress, subject: String, text: String) {
        self.recipient = recipient
        self.subject = subject
        self.text = text
    }
}

/// Sends mail.
package protocol Mailer: Sendable {
    /// Returns once the mail is in somebody's durable care: a mail server's, or the outbox's.
    ///
    /// - Throws: ``MailFailure``; ``StorageError`` from the outbox.
    func send(_ mail: Mail) async throws
}

/// Why a mail was not sent.
///
/// It holds no address and no text of a server's answer, which usually repeats the address, so that it can be logged.
package enum MailFailure: Error, Equatable, CustomStringConvertible {
    /// What was being done, for the operator.
    package enum Stage: String, Sendable {
        case connecting, greeting, hello
        case startTLS = "STARTTLS"
        case login, sender, recipient, data, message
    }

    /// A reply code, and the enhanced status code of RFC 3463 when the server gave one, such as `5.1.1`.
    package struct Status: Equatable, Sendable, CustomStringConvertible {
        package let code: Int
        package let enhanced: String?

        package init(code: Int, enhanced: String? = nil) {
            self.code = code
            self.enhanced = enhanced
        }

        package var description: String { enhanced.map { "\(code) \($0)" } ?? "\(code)" }
    }

    case unreachable(String)
    case timedOut(Stage)
    case connectionLost(Stage)
    /// The connection cannot be made secure: no STARTTLS, or a certificate that is not trusted.
    case notSecure(String)
    /// The server knows no way to log in that we know.
    case noLogin
    case loginRefused(Status)
    /// The server will never take mail for this recipient.
    case recipientRefused(Status)
    /// The recipient's address is not ASCII, and the server cannot handle that.
    case recipientUnsupported
    /// The server refused anything else, or this recipient for the time being.
    case refused(Stage, Status)
    /// What the server sent is no SMTP.
    case garbled(Stage)
    /// Too many mails are being sent at this moment.
    case busy

    package var description: String {
        switch self {
        case .unreachable(let reason): "the mail server cannot be reached: \(reason)"
        case .timedOut(let stage): "the mail server did not answer in time (\(stage.rawValue))"
        case .connectionLost(let stage): "the mail server closed the connection (\(stage.rawValue))"
        case .notSecure(let reason): "no secure connection to the mail server: \(reason)"
        case .noLogin: "the mail server offers neither AUTH PLAIN nor AUTH LOGIN"
        case .loginRefused(let status): "the mail server refused user name and password (\(status))"
        case .recipientRefused(let status): "the mail server refused the recipient (\(status))"
        case .recipientUnsupported: "the mail server takes no recipient outside of ASCII (SMTPUTF8)"
        case .refused(let stage, let status): "the mail server refused (\(stage.rawValue), \(status))"
        case .garbled(let stage): "the mail server does not speak SMTP (\(stage.rawValue))"
        case .busy: "too many mails are being sent"
        }
    }
}
