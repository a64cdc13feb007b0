/// An e-mail address that can stand in an SMTP command and in a header as it is.
///
/// A dot-atom before the last `@` and a host name after it (RFC 5321, section 4.1.2), either also with letters outside of
/// ASCII (RFC 6531). Quoted local parts and address literals are left out: they exist, but nobody has one. Nothing that
/// could end a line, a command or a header is ever part of it.
package struct MailAddress: Hashable, Sendable, CustomStringConvertible {
    /// The sender of mail that stays in the outbox.
    static let ofThisMachine = MailAddress(local: "coffer", domain: "localhost")

    private static let maxBytes = 254
    private static let maxLocalBytes = 64
    private static let localMarks = Set("!#$%&'*+-/=?^_`{|}~.".unicodeScalars)

    package let description: String
    /// What stands after the `@`.
    package let domain: String

    package var isASCII: Bool { description.utf8.allSatisfy { $0 < 0x80 } }

    /// - Returns: nil when the text is no such address.
    package init?(_ text: String) {
        guard text.utf8.count <= Self.maxBytes, let at = text.unicodeScalars.lastIndex(of: "@") else { return nil }
        let local = text.unicodeScalars[..<at]
        let domain = text.unicodeScalars[text.unicodeScalars.index(after: at)...]
        guard !local.isEmpty, String(local).utf8.count <= Self.maxLocalBytes,
            local.allSatisfy({ Self.isWord($0) || Self.localMarks.contains($0) }),
            domain.split(separator: ".", omittingEmptySubsequences: false).allSatisfy(Self.isLabel)
        else { return nil }
        description = text
        self.domain = String(domain)
    }

    private init(local: String, domain: String) {
        description = "\(local)@\(domain)"
        self.domain = domain
    }

    private static func isLabel(_ label: Substring.UnicodeScalarView.SubSequence) -> Bool {
        !label.isEmpty && label.count <= 63 && label.first != "-" && label.last != "-"
            && label.allSatisfy { isWord($0) || $0 == "-" }
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        guard !scalar.isASCII else {
            return scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator,
            .spaceSeparator:
            return false
        default: return true
        }
    }
}

/// Who mail comes from: an address, and perhaps a name to show.
package struct MailSender: Hashable, Sendable {
    package let name: String
    package let address: MailAddress

    package init(name: String = "", address: MailAddress) {
        self.name = name
        self.address = address
    }

    /// Reads `post@example.org` or `A Name <post@example.org>`.
    package init?(parsing text: String) {
        var rest = Self.trimmed(text[...])
        guard rest.last == ">", let start = rest.lastIndex(of: "<") else {
            guard let address = MailAddress(String(rest)) else { return nil }
            self.init(address: address)
            return
        }
        rest.removeLast()
        guard let address = MailAddress(String(rest[rest.index(after: start)...])) else { return nil }
        var name = Self.trimmed(rest[..<start])
        if name.count >= 2, name.first == "\"", name.last == "\"" { name = name.dropFirst().dropLast() }
        self.init(name: String(name), address: address)
    }

    private static func trimmed(_ text: Substring) -> Substring {
        var rest = text.drop(while: \.isWhitespace)
        while rest.last?.isWhitespace == true { rest.removeLast() }
        return rest
    }
}
