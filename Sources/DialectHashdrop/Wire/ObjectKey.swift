import CofferCore
import Crypto

/// Where an object lies: `usrh-<hash of the account's id>/<file id>`.
struct ObjectKey: Hashable, Sendable {
    static let ownerPrefix = "usrh-"

    let text: String

    init(stored text: String) {
        self.text = text
    }

    init(owner: String, file: FileID) {
        text = "\(Self.ownerPrefix)\(owner)/\(file.text)"
    }
}

/// Makes object keys; the key of the digest keeps account ids out of public links.
struct ObjectKeys: Sendable {
    private let key: SymmetricKey

    /// `salt`: its UTF-8 bytes are the key.
    init(salt: String) {
        key = SymmetricKey(data: Array(salt.utf8))
    }

    func key(for file: FileID, of account: AccountID) -> ObjectKey {
        ObjectKey(owner: ownerHash(of: account), file: file)
    }

    /// The first 16 bytes of an HMAC-SHA256, as 32 digits.
    func ownerHash(of account: AccountID) -> String {
        let code = HMAC<SHA256>.authenticationCode(for: Array(account.text.utf8), using: key)
        return Hex.encode(Array(code.prefix(16)))
    }
}

extension ObjectKey: SQLBindable { var sqlValue: SQLValue { .text(text) } }
