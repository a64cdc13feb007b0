import CofferCore

/// A file as the database knows it.
struct StoredFile: Sendable {
    enum Status: String, Sendable { case pending, uploaded, failed }

    let id: FileID
    let owner: AccountID
    let key: ObjectKey
    let name: String
    let status: Status
    /// Bytes as stored, 0 unless it is uploaded.
    let storedBytes: Int64
    let plaintextHash: String
    let plaintextBytes: Int64
    /// Empty for a file whose key the owner keeps in a vault.
    let passphraseSalt: String
    /// What it takes of its owner's quota.
    let countedBytes: Int64
    /// Holds the bytes, where they are with us; nil before they came.
    let drop: DropID?
    let createdAt: Timestamp

    var keyMode: String { passphraseSalt.isEmpty ? "vault" : "passphrase" }

    static let columns: SQL =
        """
        f.id, f.user_id, f.object_key, f.file_name, f.status, f.stored_bytes, f.plaintext_hash, f.plaintext_bytes,
        f.passphrase_salt, f.counted_bytes, f.drop_id, f.created_at
        """
    static let columnCount = 12

    /// `failedBefore`: an upload that began then or earlier and is not complete has failed.
    init(_ row: any SQLRow, failedBefore limit: Timestamp) {
        id = FileID(stored: row.text(0))
        owner = AccountID(stored: row.text(1))
        key = ObjectKey(stored: row.text(2))
        name = row.text(3)
        createdAt = row.time(11)
        let status = Status(rawValue: row.text(4)) ?? .failed
        self.status = status == .pending && createdAt <= limit ? .failed : status
        storedBytes = row.integer(5)
        plaintextHash = row.text(6)
        plaintextBytes = row.integer(7)
        passphraseSalt = row.text(8)
        countedBytes = row.integer(9)
        drop = row.optionalText(10).map { DropID(stored: $0) }
    }
}

/// What a client asks of an upload.
struct NewFile: Sendable {
    let name: String
    let mimeType: String
}

/// What a client tells of a file whose bytes it has put.
struct FileFacts: Sendable {
    let plaintextHash: String
    let plaintextBytes: Int64
    let passphraseSalt: String
}

/// What is left to remove once the rows are gone.
struct Doomed: Sendable {
    var blobs: [Blob] = []
    /// Objects of a bucket that were put on the list of those to erase.
    var objects: [ObjectKey] = []

    static func += (left: inout Doomed, right: Doomed) {
        left.blobs += right.blobs
        left.objects += right.objects
    }
}
