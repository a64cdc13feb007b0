/// Names a blob inside a ``BlobStore``: 32 lower-case hexadecimal digits, drawn at random.
///
/// Nothing a client sends ever becomes part of it.
package struct BlobKey: Hashable, Sendable, CustomStringConvertible {
    package let description: String

    package init(random: any RandomSource) {
        description = random.hex(byteCount: 16)
    }

    /// - Returns: nil unless `text` has the form of a key.
    package init?(_ text: String) {
        guard text.utf8.count == 32, text.utf8.allSatisfy(Self.isDigit) else { return nil }
        description = text
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}

/// What the database knows of immutable bytes in a ``BlobStore``.
package struct Blob: Equatable, Sendable {
    package enum Place: String, Sendable {
        /// In the blob store, as a file or an object.
        case stored
        /// In the database row itself, because they are few.
        case inline
    }

    package let key: BlobKey
    /// Bytes as the reader will get them.
    package let size: Int64
    /// The digest of those bytes, where a contract shows or checks one.
    package let sha256: [UInt8]?
    /// The key of ``SealedBlobStore``, nil for bytes stored as they came.
    ///
    /// It exists nowhere but in the database.
    package let seal: SealKey?
    package let place: Place

    package init(key: BlobKey, size: Int64, sha256: [UInt8]?, seal: SealKey?, place: Place) {
        self.key = key
        self.size = size
        self.sha256 = sha256
        self.seal = seal
        self.place = place
    }
}

/// The 256-bit key under which one blob is sealed.
package struct SealKey: Equatable, Sendable {
    package let bytes: [UInt8]

    package init(bytes: [UInt8]) {
        self.bytes = bytes
    }
}

extension BlobKey: SQLBindable { package var sqlValue: SQLValue { .text(description) } }
extension SealKey: SQLBindable { package var sqlValue: SQLValue { .bytes(bytes) } }
