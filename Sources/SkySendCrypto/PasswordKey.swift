import CSodium

/// The 32 bytes that a password adds to a link, made by Argon2id (version 0x13, 64 MiB, 3 passes, 1 lane).
///
/// The password counts as its UTF-8 bytes, not normalised. Making a key takes some 100 ms and blocks its thread.
package struct PasswordKey: Equatable, Sendable {
    /// The name of the method in `X-Password-Algo` and `passwordAlgo`.
    ///
    /// The earlier `argon2id` (19 MiB, 2 passes) and `pbkdf2` are refused.
    package static let algorithmName = "argon2id-v2"

    package enum Failure: Error, Equatable {
        /// The share was protected by a method that this client does not know.
        case unknownAlgorithm(String)
        /// Not enough memory.
        case unavailable
    }

    private static let memoryBytes = 65_536 * 1024
    private static let passes: UInt64 = 3

    package let bytes: [UInt8]

    package init(password: String, salt: PasswordSalt) throws(Failure) {
        // Answers 1 when it was called before, which is fine.
        guard sodium_init() >= 0 else { throw .unavailable }
        let utf8 = Array(password.utf8).map { CChar(bitPattern: $0) }
        var key = [UInt8](repeating: 0, count: ShareSecret.byteCount)
        let status = crypto_pwhash(
            &key,
            UInt64(key.count),
            utf8,
            UInt64(utf8.count),
            salt.bytes,
            Self.passes,
            Self.memoryBytes,
            crypto_pwhash_ALG_ARGON2ID13
        )
        guard status == 0 else { throw .unavailable }
        bytes = key
    }

    /// The key for a share whose description names its method.
    package init(password: String, salt: PasswordSalt, algorithm: String) throws(Failure) {
        guard algorithm == Self.algorithmName else { throw .unknownAlgorithm(algorithm) }
        try self.init(password: password, salt: salt)
    }

    func xor(_ other: [UInt8]) -> [UInt8] {
        zip(bytes, other).map { $0 ^ $1 }
    }
}

/// The salt of a password: 16 random bytes.
package struct PasswordSalt: Equatable, Sendable {
    package static let byteCount = 16

    package let bytes: [UInt8]

    /// - Returns: nil unless there are 16 bytes.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    /// Reads base64url, as in `X-Password-Salt` and `passwordSalt`.
    ///
    /// - Returns: nil unless it decodes to 16 bytes.
    package init?(text: some StringProtocol) {
        guard let bytes = Base64Text.decode(text) else { return nil }
        self.init(bytes)
    }

    package init(using generator: inout some RandomNumberGenerator) {
        bytes = .random(count: Self.byteCount, using: &generator)
    }

    /// A salt from the system's source of randomness.
    package static func random() -> PasswordSalt {
        var generator = SystemRandomNumberGenerator()
        return PasswordSalt(using: &generator)
    }

    package var text: String { Base64Text.url(bytes) }
}
