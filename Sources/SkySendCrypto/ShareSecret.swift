/// The 32 random bytes that every key of one upload or note comes from.
///
/// It never leaves the client as it is: the link carries a ``LinkSecret``.
package struct ShareSecret: Equatable, Sendable {
    package static let byteCount = 32

    package let bytes: [UInt8]

    /// - Returns: nil unless there are 32 bytes.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    package init(using generator: inout some RandomNumberGenerator) {
        bytes = .random(count: Self.byteCount, using: &generator)
    }

    /// A secret from the system's source of randomness.
    package static func random() -> ShareSecret {
        var generator = SystemRandomNumberGenerator()
        return ShareSecret(using: &generator)
    }

    /// What the link of a share carries; with a password, the secret XOR the password's key.
    package func linkSecret(under key: PasswordKey? = nil) -> LinkSecret {
        LinkSecret(unchecked: key?.xor(bytes) ?? bytes)
    }
}

/// The 32 bytes in the fragment of a link.
package struct LinkSecret: Equatable, Sendable {
    package let bytes: [UInt8]

    /// - Returns: nil unless there are 32 bytes.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == ShareSecret.byteCount else { return nil }
        self.bytes = bytes
    }

    fileprivate init(unchecked bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Reads the fragment of a link, base64url.
    ///
    /// - Returns: nil unless it decodes to 32 bytes.
    package init?(text: some StringProtocol) {
        guard let bytes = Base64Text.decode(text) else { return nil }
        self.init(bytes)
    }

    package var text: String { Base64Text.url(bytes) }

    /// The secret behind the link.
    ///
    /// A wrong password gives a wrong secret, not an error; the server notices at the token, the keys at the data.
    package func secret(under key: PasswordKey? = nil) -> ShareSecret {
        // XOR is its own inverse, and both sides have 32 bytes.
        ShareSecret(unchecked: key?.xor(bytes) ?? bytes)
    }
}

extension ShareSecret {
    fileprivate init(unchecked bytes: [UInt8]) {
        self.bytes = bytes
    }
}

/// The salt of a share's keys: 32 random bytes; 16 are accepted from others.
package struct ShareSalt: Equatable, Sendable {
    package let bytes: [UInt8]

    /// - Returns: nil unless there are 32 or 16 bytes.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == 32 || bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    /// Reads base64url, as in the `salt` member of an answer.
    ///
    /// - Returns: nil unless it decodes to 32 or 16 bytes.
    package init?(text: some StringProtocol) {
        guard let bytes = Base64Text.decode(text) else { return nil }
        self.init(bytes)
    }

    package init(using generator: inout some RandomNumberGenerator) {
        bytes = .random(count: 32, using: &generator)
    }

    /// A salt from the system's source of randomness.
    package static func random() -> ShareSalt {
        var generator = SystemRandomNumberGenerator()
        return ShareSalt(using: &generator)
    }

    package var text: String { Base64Text.url(bytes) }
}
