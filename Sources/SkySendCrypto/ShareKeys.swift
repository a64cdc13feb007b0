package import Crypto

/// The keys of one upload or note, derived from its secret and salt by HKDF-SHA256.
package struct ShareKeys: Sendable {
    /// AES-256-GCM key of the file's records.
    package let fileKey: SymmetricKey
    /// AES-256-GCM key of a file's metadata and of a note's text.
    package let metaKey: SymmetricKey
    /// What proves to the server that the reader knows the secret.
    package let authToken: AuthToken

    package init(secret: ShareSecret, salt: ShareSalt) {
        fileKey = Self.derive(from: secret.bytes, salt, "skysend-file-encryption")
        metaKey = Self.derive(from: secret.bytes, salt, "skysend-metadata")
        let authKey = Self.derive(from: secret.bytes, salt, "skysend-authentication")
        let code = HMAC<SHA256>.authenticationCode(for: Array("skysend-auth-token".utf8), using: authKey)
        authToken = AuthToken(bytes: Array(code))
    }

    fileprivate static func derive(from secret: [UInt8], _ salt: ShareSalt, _ purpose: String) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: secret),
            salt: salt.bytes,
            info: Array(purpose.utf8),
            outputByteCount: 32
        )
    }
}

/// The token that opens a download or a note: 32 bytes.
package struct AuthToken: Equatable, Sendable {
    package let bytes: [UInt8]

    /// Base64url, as in `X-Auth-Token`.
    package var text: String { Base64Text.url(bytes) }
}

/// The token that finishes, describes and deletes a share: 32 bytes.
package struct OwnerToken: Equatable, Sendable {
    package let bytes: [UInt8]

    /// A token that has nothing to do with the link, so that readers of the link cannot delete the share.
    package init(using generator: inout some RandomNumberGenerator) {
        bytes = .random(count: 32, using: &generator)
    }

    /// The token that SkySend's own clients use; whoever has the link can derive it.
    package init(derivedFrom link: LinkSecret, salt: ShareSalt) {
        bytes = ShareKeys.derive(from: link.bytes, salt, "skysend-owner-token").withUnsafeBytes(Array.init)
    }

    /// A token from the system's source of randomness.
    package static func random() -> OwnerToken {
        var generator = SystemRandomNumberGenerator()
        return OwnerToken(using: &generator)
    }

    /// Base64url, as in `X-Owner-Token`.
    package var text: String { Base64Text.url(bytes) }
}
