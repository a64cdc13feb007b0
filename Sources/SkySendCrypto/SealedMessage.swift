package import Crypto

/// A short text under AES-256-GCM: the metadata of a file, or a note.
package struct SealedMessage: Equatable, Sendable {
    package enum Failure: Error, Equatable {
        /// Not base64, or not the lengths that such a message has.
        case malformed
        /// Changed, or sealed under another key.
        case tampered
        /// The plaintext is not UTF-8.
        case notText
    }

    private static let nonceBytes = 12
    private static let tagBytes = 16

    /// Ciphertext and tag.
    package let content: [UInt8]
    package let nonce: [UInt8]

    /// - Throws: ``Failure/malformed`` unless the nonce has 12 bytes and the content at least the 16 of the tag.
    package init(content: [UInt8], nonce: [UInt8]) throws(Failure) {
        guard nonce.count == Self.nonceBytes, content.count >= Self.tagBytes else { throw .malformed }
        self.content = content
        self.nonce = nonce
    }

    /// Reads the two members of an answer, base64 or base64url.
    package init(contentText: String, nonceText: String) throws(Failure) {
        guard let content = Base64Text.decode(contentText), let nonce = Base64Text.decode(nonceText) else {
            throw .malformed
        }
        try self.init(content: content, nonce: nonce)
    }

    /// Seals a note's text under a fresh nonce; `key` is ``ShareKeys/metaKey``.
    package init(sealing text: String, under key: SymmetricKey) throws(Failure) {
        var generator = SystemRandomNumberGenerator()
        try self.init(sealing: text, under: key, using: &generator)
    }

    package init(
        sealing text: String,
        under key: SymmetricKey,
        using generator: inout some RandomNumberGenerator
    ) throws(Failure) {
        try self.init(
            sealing: Array(text.utf8),
            under: key,
            nonce: .random(count: Self.nonceBytes, using: &generator)
        )
    }

    init(sealing plaintext: [UInt8], under key: SymmetricKey, nonce: [UInt8]) throws(Failure) {
        guard
            let gcmNonce = try? AES.GCM.Nonce(data: nonce),
            let box = try? AES.GCM.seal(plaintext, using: key, nonce: gcmNonce)
        else { throw .malformed }
        try self.init(content: Array(box.ciphertext) + Array(box.tag), nonce: nonce)
    }

    /// `encryptedMeta` or `encryptedContent`: padded standard base64.
    package var contentText: String { Base64Text.standard(content) }

    /// `nonce`: padded standard base64.
    package var nonceText: String { Base64Text.standard(nonce) }

    /// The text of a note.
    package func text(under key: SymmetricKey) throws(Failure) -> String {
        guard let text = String(validating: try plaintext(under: key), as: UTF8.self) else { throw .notText }
        return text
    }

    func plaintext(under key: SymmetricKey) throws(Failure) -> [UInt8] {
        guard
            let gcmNonce = try? AES.GCM.Nonce(data: nonce),
            let box = try? AES.GCM.SealedBox(
                nonce: gcmNonce,
                ciphertext: content.dropLast(Self.tagBytes),
                tag: content.suffix(Self.tagBytes)
            ),
            let plaintext = try? AES.GCM.open(box, using: key)
        else { throw .tampered }
        return Array(plaintext)
    }
}
