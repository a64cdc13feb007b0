import NIOCore

/// The rows of blobs: the only place that says which bytes exist.
///
/// All methods work inside a transaction of the caller, so that a blob appears and goes together with its owner.
package struct BlobTable: Sendable {
    package init() {}

    package static let migrations = [
        Migration(
            module: "blobs",
            name: "001-create",
            statements: [
                """
                CREATE TABLE blobs (
                    key TEXT PRIMARY KEY NOT NULL,
                    size BIGINT NOT NULL CHECK (size >= 0),
                    sha256 BYTEA,
                    seal BYTEA,
                    place TEXT NOT NULL CHECK (place IN ('stored', 'inline')),
                    bytes BYTEA
                )
                """
            ]
        )
    ]

    func insert(_ staged: StagedBlob, in session: any SQLSession) throws {
        let blob = staged.blob
        let bytes = staged.inlineBytes.map { Array($0.readableBytesView) }
        try session.execute(
            """
            INSERT INTO blobs (key, size, sha256, seal, place, bytes)
            VALUES (\(blob.key), \(blob.size), \(blob.sha256), \(blob.seal), \(blob.place.rawValue), \(bytes))
            """
        )
    }

    func inlineBytes(of key: BlobKey, in session: any SQLSession) throws -> [UInt8]? {
        try session.first("SELECT bytes FROM blobs WHERE key = \(key) AND place = 'inline'") { $0.bytes(0) }
    }

    func hasRow(_ key: BlobKey, in session: any SQLSession) throws -> Bool {
        try session.first("SELECT 1 FROM blobs WHERE key = \(key)") { _ in true } ?? false
    }

    /// Deletes a blob's row, key and inline bytes included.
    func delete(_ key: BlobKey, in session: any SQLSession) throws -> Blob? {
        try session.first(
            "DELETE FROM blobs WHERE key = \(key) RETURNING \(part: Self.columns)",
            { Self.blob($0, from: 0) }
        ) ?? nil
    }

    /// The keys of stored blobs that begin with `prefix`, hexadecimal digits.
    func storedKeys(withPrefix prefix: String, in session: any SQLSession) throws -> Set<BlobKey> {
        // `g` follows the last digit.
        let keys = try session.query(
            "SELECT key FROM blobs WHERE key >= \(prefix) AND key < \(prefix + "g") AND place = 'stored'"
        ) { BlobKey($0.text(0)) }
        return Set(keys.compactMap(\.self))
    }

    /// The columns that ``blob(_:from:)`` reads, for statements that return them.
    static let columns: SQL = "key, size, sha256, seal, place"

    static func blob(_ row: any SQLRow, from column: Int) -> Blob? {
        guard let key = BlobKey(row.text(column)), let place = Blob.Place(rawValue: row.text(column + 4)) else {
            return nil
        }
        return Blob(
            key: key,
            size: row.integer(column + 1),
            sha256: row.optionalBytes(column + 2),
            seal: row.optionalBytes(column + 3).map(SealKey.init),
            place: place
        )
    }
}
