package import Crypto

/// Decrypts a file piece by piece and checks that all of it came.
///
/// Every byte it returns is authenticated, but only ``finish()`` tells that none is missing. After a failure the
/// bytes returned before must be thrown away.
package struct RecordOpener {
    private let key: SymmetricKey
    private let expectedBytes: Int64?
    private var baseNonce: [UInt8]?
    private var nextRecord: UInt64
    private var pending: [UInt8] = []
    private var openedBytes: Int64 = 0

    /// - Parameters:
    ///   - key: ``ShareKeys/fileKey``.
    ///   - expectedBytes: ``ShareMetadata/streamBytes``; nil only when the metadata does not tell, and then a stream
    ///     that was cut between two records passes for a whole one.
    package init(key: SymmetricKey, expectedBytes: Int64?) {
        self.init(key: key, expectedBytes: expectedBytes, firstRecord: 0)
    }

    /// For tests: a record number to begin with.
    init(key: SymmetricKey, expectedBytes: Int64?, firstRecord: UInt64) {
        self.key = key
        self.expectedBytes = expectedBytes
        nextRecord = firstRecord
    }

    /// Takes the next part of the stream, of any size, and returns the plaintext of all records that are complete.
    package mutating func open(_ piece: some Collection<UInt8>) throws(RecordStream.Failure) -> [UInt8] {
        pending.append(contentsOf: piece)
        guard let baseNonce = takeBaseNonce() else { return [] }
        var output: [UInt8] = []
        var start = 0
        while pending.count - start >= RecordStream.sealedRecordBytes {
            let end = start + RecordStream.sealedRecordBytes
            try openRecord(pending[start..<end], baseNonce, into: &output)
            start = end
        }
        if start > 0 { pending.removeFirst(start) }
        return output
    }

    /// Returns the plaintext of the last record and compares the size of all with what was expected.
    package consuming func finish() throws(RecordStream.Failure) -> [UInt8] {
        guard let baseNonce else { throw .truncated }
        var output: [UInt8] = []
        if !pending.isEmpty {
            guard pending.count > RecordStream.tagBytes else { throw .truncated }
            do {
                try openRecord(pending[...], baseNonce, into: &output)
            } catch .tampered(let record) {
                // A record that was cut cannot be told from one that was changed, unless its length gives it away.
                guard let expectedBytes, openedBytes + Int64(pending.count - RecordStream.tagBytes) < expectedBytes
                else { throw .tampered(record: record) }
                throw .truncated
            }
        }
        if let expectedBytes, openedBytes != expectedBytes {
            throw .wrongSize(expectedBytes: expectedBytes, gotBytes: openedBytes)
        }
        return output
    }

    private mutating func takeBaseNonce() -> [UInt8]? {
        if baseNonce == nil, pending.count >= RecordStream.baseNonceBytes {
            baseNonce = Array(pending.prefix(RecordStream.baseNonceBytes))
            pending.removeFirst(RecordStream.baseNonceBytes)
        }
        return baseNonce
    }

    private mutating func openRecord(
        _ sealed: ArraySlice<UInt8>,
        _ baseNonce: [UInt8],
        into output: inout [UInt8]
    ) throws(RecordStream.Failure) {
        let nonce = try RecordStream.nonce(of: nextRecord, base: baseNonce)
        let ciphertext = sealed.dropLast(RecordStream.tagBytes)
        let tag = sealed.suffix(RecordStream.tagBytes)
        guard
            let box = try? AES.GCM.SealedBox(nonce: nonce, ciphertext: ciphertext, tag: tag),
            let plaintext = try? AES.GCM.open(box, using: key)
        else { throw .tampered(record: nextRecord) }
        nextRecord += 1
        openedBytes += Int64(ciphertext.count)
        if let expectedBytes, openedBytes > expectedBytes {
            throw .wrongSize(expectedBytes: expectedBytes, gotBytes: openedBytes)
        }
        output.append(contentsOf: plaintext)
    }
}
