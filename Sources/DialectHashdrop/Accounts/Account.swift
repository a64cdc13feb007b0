import CofferCore
import Crypto

/// Somebody who has registered.
struct Account: Sendable {
    let id: AccountID
    let email: String
    let passwordHash: String
    let isVerified: Bool
    let createdAt: Timestamp
}

/// The digests under which codes and refresh tokens are kept.
///
/// Both have a key besides, so that a copy of the database alone lets nobody try out the million codes.
struct AccountDigests: Sendable {
    private let otpKey: SymmetricKey
    private let refreshKey: SymmetricKey

    init(_ secrets: HashdropSecrets) {
        otpKey = SymmetricKey(data: Array(secrets.otps.utf8))
        refreshKey = SymmetricKey(data: Array(secrets.refreshTokens.utf8))
    }

    /// Of a code that only this account may use.
    func otp(_ code: String, of account: AccountID) -> TokenDigest {
        digest("\(account.text) \(code)", otpKey)
    }

    func refreshToken(_ token: String) -> TokenDigest {
        digest(token, refreshKey)
    }

    private func digest(_ text: String, _ key: SymmetricKey) -> TokenDigest {
        TokenDigest(stored: Array(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: key)))
    }
}
