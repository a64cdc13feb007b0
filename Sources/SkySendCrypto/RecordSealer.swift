package import Crypto

/// Encrypts a file piece by piece.
///
/// It cannot be copied, because two copies would use the same nonces for different bytes.
package struct RecordSealer: ~Copyable {
    private let key: SymmetricKey
    private let baseNonce: [UInt8]
    private var nextRecord: UInt64
    private var pending: [UInt8] = []
    private var hasBegun = false

    /// A sealer with a fresh base nonce; `key` is ``ShareKeys/fileKey``.
    package init(key: SymmetricKey) {
        var generator = SystemRandomNumberGenerator()
        self.init(key: key, using: &generator)
    }

    package init(key: SymmetricKey, using generator: inout some RandomNumberGenerator) {
        self.init(key: key, baseNonce: .random(count: RecordStream.baseNonceBytes, using: &generator))
    }

    /// For tests: a base nonce and a record number to begin with.
    init(key: SymmetricKey, baseNonce: [UInt8], firstRecord: UInt64 = 0) {
        precondition(baseNonce.count == RecordStream.baseNonceBytes)
        self.key = key
        self.baseNonce = baseNonce
        nextRecord = firstRecord
    }

    /// Takes the next plaintext, of any size, and returns the part of the stream that is ready, perhaps nothing.
    package mutating func seal(_ piece: some Collection<UInt8>) throws(RecordStream.Failure) -> [UInt8] {
        var output = prefix()
        pending.append(contentsOf: piece)
        var start = 0
        while pending.count - start >= RecordStream.recordBytes {
            let end = start + RecordStream.recordBytes
            try sealRecord(pending[start..<end], into: &output)
            start = end
        }
        if start > 0 { pending.removeFirst(start) }
        return output
    }

    /// Returns the end of the stream; for an empty file that is the base nonce alone.
    package consuming func finish() throws(RecordStream.Failure) -> [UInt8] {
        var output = prefix()
        if !pending.isEmpty { try sealRecord(pending[...], into: &output) }
        return output
    }

    private mutating func prefix() -> [UInt8] {
        guard !hasBegun else { return [] }
        hasBegun = true
        return baseNonce
    }

    private mutating func sealRecord(
        _ plaintext: ArraySlice<UInt8>,
        into output: inout [UInt8]
    ) throws(RecordStream.Failure) {
        let nonce = try RecordStream.nonce(of: nextRecord, base: baseNonce)
        // AES-GCM refuses to seal only what is larger than 64 GiB.
        guard let box = try? AES.GCM.seal(plaintext, using: key, nonce: nonce) else { throw .tooManyRecords }
        output.append(contentsOf: box.ciphertext)
        output.append(contentsOf: box.tag)
        nextRecord += 1
    }
}
