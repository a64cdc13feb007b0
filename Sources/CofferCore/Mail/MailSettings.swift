/// How mail is sent: through a server, or, when none is named, into the outbox.
package struct MailSettings: Sendable {
    package enum Security: String, Sendable {
        /// The connection begins in the open and must become secure before anything else happens.
        case starttls
        /// Secure from the first byte.
        case tls
        case none

        var port: Int {
            switch self {
            case .starttls: 587
            case .tls: 465
            case .none: 25
            }
        }
    }

    package struct Credentials: Sendable {
        let user: String
        let password: String
    }

    package struct Server: Sendable {
        package let host: String
        package let port: Int
        package let security: Security
        let credentials: Credentials?
        let verifiesCertificate: Bool
        /// Certificates (PEM) to trust instead of the system's.
        let certificatesPath: String?
        let connectTimeout: Duration
        let replyTimeout: Duration
        /// For everything together, from the connection to the last reply.
        let totalTimeout: Duration
    }

    /// Nil stands for the outbox.
    package let server: Server?
    package let sender: MailSender

    /// - Throws: ``SettingsGroup/Malformed``; no message quotes the password.
    package init(_ group: SettingsGroup) throws {
        let settings = SettingsGroup { name in
            let value = try group.value(name)
            return value?.text.isEmpty == true ? nil : value
        }
        let host = try settings.value("host")?.text
        sender = try settings.parsed(
            "from",
            default: MailSender(name: "coffer", address: .ofThisMachine),
            expectation: "an address such as post@example.org or Files <post@example.org>",
            MailSender.init(parsing:)
        )
        let server = try Self.server(host ?? "localhost", settings)
        guard host != nil else {
            self.server = nil
            return
        }
        guard try settings.value("from") != nil else {
            throw SettingsGroup.Malformed("MAIL_FROM is missing: what a mail server sends needs a sender's address.")
        }
        self.server = server
    }

    private static func server(_ host: String, _ settings: SettingsGroup) throws -> Server {
        guard !host.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7f || $0 == UInt8(ascii: "/") }) else {
            throw SettingsGroup.Malformed("MAIL_HOST is “\(host)”; it must be a host name or an address alone.")
        }
        let security = try settings.parsed("security", default: .starttls, expectation: "starttls, tls or none") {
            Security(rawValue: $0.lowercased())
        }
        let credentials = try self.credentials(settings)
        guard security != .none || credentials == nil || isThisMachine(host) else {
            throw SettingsGroup.Malformed(
                "MAIL_SECURITY is none, so MAIL_USERNAME and MAIL_PASSWORD would travel in the open; use starttls or tls."
            )
        }
        return Server(
            host: host,
            port: try settings.integer("port", default: security.port, in: 1...65_535),
            security: security,
            credentials: credentials,
            verifiesCertificate: try settings.flag("verify_certificate", default: true),
            certificatesPath: try settings.value("ca_file")?.text,
            connectTimeout: .seconds(try settings.integer("connect_timeout", default: 4, in: 1...600)),
            replyTimeout: .seconds(try settings.integer("reply_timeout", default: 8, in: 1...600)),
            totalTimeout: .seconds(try settings.integer("total_timeout", default: 8, in: 1...3600))
        )
    }

    private static func credentials(_ settings: SettingsGroup) throws -> Credentials? {
        let user = try settings.value("username")?.text
        let password = try settings.value("password")?.text
        guard user != nil || password != nil else { return nil }
        guard let user, let password else {
            throw SettingsGroup.Malformed("MAIL_USERNAME and MAIL_PASSWORD must be set together.")
        }
        // They are parted by a NUL on their way (RFC 4616).
        guard [user, password].allSatisfy({ $0.utf8.count <= 1000 && !$0.utf8.contains(0) }) else {
            throw SettingsGroup.Malformed("MAIL_USERNAME or MAIL_PASSWORD is too long.")
        }
        return Credentials(user: user, password: password)
    }

    private static func isThisMachine(_ host: String) -> Bool {
        guard host.hasPrefix("127.") else { return host == "localhost" || host == "::1" }
        return host.utf8.allSatisfy { $0 == UInt8(ascii: ".") || (0x30...0x39).contains($0) }
    }
}
