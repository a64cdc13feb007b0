import CofferCore
import Crypto

/// A public key of Ed25519, written in base58.
struct AccountKey: Hashable, Sendable, SQLBindable {
    private static let byteCount = 32

    let bytes: [UInt8]
    /// The one spelling of it.
    let text: String

    /// - Returns: nil unless the text spells 32 bytes.
    init?(_ text: some StringProtocol) {
        guard let bytes = Base58.decode(text, maxDigits: 64), bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
        self.text = Base58.encode(bytes)
    }

    init(_ key: Curve25519.Signing.PublicKey) {
        bytes = Array(key.rawRepresentation)
        text = Base58.encode(bytes)
    }

    var sqlValue: SQLValue { .text(text) }

    /// Whether this key's owner signed the text's UTF-8 bytes.
    ///
    /// The signature may be written in base64, base64url, base58 or hex; several of them may fit (contract, section 3).
    func hasSigned(_ text: String, _ signature: String) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else { return false }
        let message = Array(text.utf8)
        return Self.readings(of: signature).contains { key.isValidSignature($0, for: message) }
    }

    private static func readings(of signature: String) -> [[UInt8]] {
        guard signature.utf8.count <= 128 else { return [] }
        let readings = [Base64.decodeEither(signature), Base58.decode(signature), Hex.decode(signature)]
        return readings.compactMap { $0 }.filter { $0.count == 64 }
    }
}
