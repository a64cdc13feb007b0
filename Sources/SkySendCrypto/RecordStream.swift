import Crypto

/// The layout of an encrypted file: 12 bytes of base nonce, then records.
///
/// A record is up to 65,536 bytes of plaintext under AES-256-GCM and the 16-byte tag; only the last may be shorter,
/// none is empty. Its nonce is the base nonce with the last 4 bytes XORed by the big-endian number of the record.
/// Nothing marks the last record, so a reader must know the size of the plaintext from elsewhere.
package enum RecordStream {
    package static let baseNonceBytes = 12
    package static let recordBytes = 65_536
    package static let tagBytes = 16
    package static let sealedRecordBytes = recordBytes + tagBytes

    package enum Failure: Error, Equatable {
        /// The stream ends inside the base nonce or inside a record.
        case truncated
        /// A record was changed, moved or sealed under another key.
        case tampered(record: UInt64)
        /// The record counter has 32 bits: 256 TiB are the most that one stream holds.
        case tooManyRecords
        /// All records are intact, but the metadata told another size.
        case wrongSize(expectedBytes: Int64, gotBytes: Int64)
    }

    /// How long the stream of a plaintext is, for `X-Content-Length`; the plaintext has 0 bytes or more.
    package static func sealedBytes(ofPlaintext bytes: Int64) -> Int64 {
        let records = bytes / Int64(recordBytes) + (bytes % Int64(recordBytes) == 0 ? 0 : 1)
        return Int64(baseNonceBytes) + bytes + records * Int64(tagBytes)
    }

    /// How long the plaintext of a stream is.
    ///
    /// - Returns: nil for a length that no stream has.
    package static func plaintextBytes(ofSealed bytes: Int64) -> Int64? {
        let rest = bytes - Int64(baseNonceBytes)
        guard rest >= 0 else { return nil }
        let (full, last) = rest.quotientAndRemainder(dividingBy: Int64(sealedRecordBytes))
        guard last != 0 else { return full * Int64(recordBytes) }
        guard last > Int64(tagBytes) else { return nil }
        return full * Int64(recordBytes) + last - Int64(tagBytes)
    }

    /// The nonce of a record.
    static func nonce(of record: UInt64, base: [UInt8]) throws(Failure) -> AES.GCM.Nonce {
        guard let number = UInt32(exactly: record) else { throw .tooManyRecords }
        var bytes = base
        for index in 0..<4 {
            bytes[baseNonceBytes - 1 - index] ^= UInt8(truncatingIfNeeded: number >> UInt32(8 * index))
        }
        guard let nonce = try? AES.GCM.Nonce(data: bytes) else { throw .truncated }
        return nonce
    }
}
