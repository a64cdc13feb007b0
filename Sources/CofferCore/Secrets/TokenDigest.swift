import Crypto

/// The SHA-256 digest under which a random token is stored and compared.
///
/// Only for tokens of our own making, with at least 128 random bits: what a person chose goes to ``PasswordHasher``.
package struct TokenDigest: Sendable {
    package let bytes: [UInt8]

    package init(of token: String) {
        bytes = Array(SHA256.hash(data: Array(token.utf8)))
    }

    package init(of token: [UInt8]) {
        bytes = Array(SHA256.hash(data: token))
    }

    package init(stored bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Tells whether both digests are the same, in a time that does not depend on where they differ.
    package func matches(_ other: TokenDigest) -> Bool {
        constantTimeEqual(bytes, other.bytes)
    }
}

/// Compares byte strings in a time that depends on their lengths only.
package func constantTimeEqual(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    var difference: UInt8 = 0
    for (first, second) in zip(left, right) { difference |= first ^ second }
    return difference == 0
}
