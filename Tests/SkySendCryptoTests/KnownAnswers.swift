import Testing

@testable import SkySendCrypto

/// The inputs of the published known answers: consecutive bytes, so that every one is told by its first.
enum KnownAnswers {
    static let baseNonce = bytes(from: 0xA0, count: 12)

    static func secret() throws -> ShareSecret {
        try #require(ShareSecret(bytes(from: 0x00, count: 32)))
    }

    static func salt() throws -> ShareSalt {
        try #require(ShareSalt(bytes(from: 0x20, count: 32)))
    }

    static func keys() throws -> ShareKeys {
        ShareKeys(secret: try secret(), salt: try salt())
    }

    static func passwordKey() throws -> PasswordKey {
        let salt = try #require(PasswordSalt(bytes(from: 0x00, count: 16)))
        return try PasswordKey(password: "correct horse", salt: salt)
    }

    static func bytes(from first: UInt8, count: Int) -> [UInt8] {
        (0..<count).map { first &+ UInt8(truncatingIfNeeded: $0) }
    }
}

/// Lower-case hexadecimal.
func hex(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { byte in
        let digits = String(byte, radix: 16)
        return digits.count == 1 ? "0" + digits : digits
    }
    .joined()
}
