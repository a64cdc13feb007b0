import CofferCore

/// What SkySend keeps of an upload besides the drop itself.
struct StoredFile: Sendable {
    let drop: Drop
    /// Nil before its first chunk has arrived.
    let slot: DropSlot?
    let auth: TokenDigest
    let owner: TokenDigest
    let salt: [UInt8]
    let fileCount: Int64
    /// Bytes of the ciphertext, as declared and, once it is ready, as stored.
    let size: Int64
    let expireSeconds: Int64
    /// Nil without a password.
    let passwordSalt: [UInt8]?
    /// What the client encrypted of names and types; nil until it was set.
    let meta: Meta?
    /// Whether it came in chunks, which may be finalized once more.
    let isChunked: Bool

    struct Meta: Equatable, Sendable {
        let ciphertext: [UInt8]
        let nonce: [UInt8]
    }

    var id: String { drop.name.text }
    var served: Int64 { slot?.served ?? 0 }
    var maxDownloads: Int64 { drop.maxDownloads ?? 0 }
    var isUsedUp: Bool { drop.state == .burned || served >= maxDownloads }

    /// Which of the two ends it has come to; expiry is told first.
    func requireAlive(at now: Timestamp) throws {
        if drop.isExpired(at: now) { throw SkySendError.expired(.upload) }
        if isUsedUp { throw SkySendError.limitReached(.upload) }
    }
}

/// What owner routes ask of an item's owner.
enum OwnerCheck {
    /// - Throws: ``SkySendError/ownerTokenFormat``, ``SkySendError/wrongOwnerToken``.
    static func require(_ token: String, matches owner: TokenDigest) throws {
        guard let digest = Token.digest(token) else { throw SkySendError.ownerTokenFormat }
        guard digest.matches(owner) else { throw SkySendError.wrongOwnerToken }
    }
}
