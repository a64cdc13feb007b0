import Crypto
import Testing

@testable import SkySendCrypto

@Suite("SkySend crypto: record stream")
struct RecordStreamTests {
    private static let sizes = [0, 1, 65_535, 65_536, 65_537, 131_072, 200_000]

    @Test func recordsMatchTheKnownAnswers() throws {
        let key = try KnownAnswers.keys().fileKey
        var first = RecordSealer(key: key, baseNonce: KnownAnswers.baseNonce)
        #expect(try first.seal(Array("hello".utf8)) == KnownAnswers.baseNonce)
        #expect(hex(try first.finish()) == "2bac632ad7a526c8c44edb125eeae4b60207d460cf")
        var second = RecordSealer(key: key, baseNonce: KnownAnswers.baseNonce, firstRecord: 1)
        #expect(try second.seal(Array("world".utf8)) == KnownAnswers.baseNonce)
        #expect(hex(try second.finish()) == "0df48c9d7606e885e11bd0a83e661831ae633dfdce")
    }

    @Test func aFullRecordIsFollowedByTheNextNumber() throws {
        let key = try KnownAnswers.keys().fileKey
        let stream = try sealed(Array(repeating: 7, count: RecordStream.recordBytes) + Array("world".utf8), key)
        #expect(hex(stream.suffix(21)) == "0df48c9d7606e885e11bd0a83e661831ae633dfdce")
    }

    @Test(arguments: sizes)
    func anySizeComesBack(size: Int) throws {
        let plaintext = Self.pattern(size)
        let key = SymmetricKey(size: .bits256)
        let stream = try sealed(plaintext, key)
        #expect(Int64(stream.count) == RecordStream.sealedBytes(ofPlaintext: Int64(size)))
        #expect(RecordStream.plaintextBytes(ofSealed: Int64(stream.count)) == Int64(size))
        #expect(try opened(stream, key, expecting: size) == plaintext)
        #expect(try opened(stream, key, expecting: nil) == plaintext)
    }

    @Test(arguments: [1, 11, 13, 4096, 65_551, 65_552, 65_553, 140_001])
    func piecesMayBeCutAnywhere(pieceSize: Int) throws {
        // Small pieces of a large file would only take time.
        let plaintext = Self.pattern(pieceSize < 100 ? 70_000 : 200_000)
        let key = SymmetricKey(size: .bits256)
        let whole = try sealed(plaintext, key)
        #expect(try sealed(plaintext, key, pieceSize: pieceSize) == whole)
        #expect(try opened(whole, key, expecting: plaintext.count, pieceSize: pieceSize) == plaintext)
    }

    @Test func emptyFileIsTheBaseNonceAlone() throws {
        let key = SymmetricKey(size: .bits256)
        let sealer = RecordSealer(key: key)
        let stream = try sealer.finish()
        #expect(stream.count == 12)
        #expect(try opened(stream, key, expecting: 0) == [])
    }

    @Test func everyStreamHasItsOwnBaseNonce() throws {
        let key = SymmetricKey(size: .bits256)
        let first = RecordSealer(key: key)
        let second = RecordSealer(key: key)
        let nonces = [try first.finish(), try second.finish()]
        #expect(nonces[0] != nonces[1])
    }

    @Test func lastRecordNumberIsUsedAndTheNextRefused() throws {
        let key = SymmetricKey(size: .bits256)
        let last = UInt64(UInt32.max)
        var sealer = RecordSealer(key: key, baseNonce: KnownAnswers.baseNonce, firstRecord: last)
        let stream = try sealer.seal(Self.pattern(RecordStream.recordBytes))
        #expect(stream.count == 12 + RecordStream.sealedRecordBytes)
        #expect(throws: RecordStream.Failure.tooManyRecords) {
            try sealer.seal(Self.pattern(RecordStream.recordBytes))
        }
        var opener = RecordOpener(key: key, expectedBytes: nil, firstRecord: last)
        #expect(try opener.open(stream).count == RecordStream.recordBytes)
        #expect(throws: RecordStream.Failure.tooManyRecords) {
            try opener.open(stream.suffix(RecordStream.sealedRecordBytes))
        }
    }

    @Test(
        arguments: [
            (-1, nil), (0, nil), (11, nil), (12, 0), (13, nil), (28, nil), (29, 1), (65_564, 65_536), (65_565, nil),
            (65_580, nil), (65_581, 65_537), (5_001_220_728, 5_000_000_012),
        ] as [(Int64, Int64?)]
    )
    func plaintextSizeFollowsFromTheStream(sealed: Int64, plain: Int64?) {
        #expect(RecordStream.plaintextBytes(ofSealed: sealed) == plain)
        if let plain { #expect(RecordStream.sealedBytes(ofPlaintext: plain) == sealed) }
    }

    // MARK: Attacks

    @Test(arguments: [0, 11, 12, 40_000, 65_563, 65_564, 100_000, 200_075])
    func aChangedByteIsFound(position: Int) throws {
        let key = SymmetricKey(size: .bits256)
        var stream = try sealed(Self.pattern(200_000), key)
        stream[position] ^= 1
        let record = UInt64(max(0, position - 12) / RecordStream.sealedRecordBytes)
        #expect(throws: RecordStream.Failure.tampered(record: record)) {
            try opened(stream, key, expecting: 200_000)
        }
    }

    @Test func anotherKeyOpensNothing() throws {
        let stream = try sealed(Self.pattern(10), SymmetricKey(size: .bits256))
        #expect(throws: RecordStream.Failure.tampered(record: 0)) {
            try opened(stream, SymmetricKey(size: .bits256), expecting: 10)
        }
    }

    @Test func exchangedRecordsAreFound() throws {
        let key = SymmetricKey(size: .bits256)
        let stream = try sealed(Self.pattern(200_000), key)
        let size = RecordStream.sealedRecordBytes
        let exchanged =
            stream[..<12] + stream[(12 + size)..<(12 + 2 * size)] + stream[12..<(12 + size)]
            + stream[(12 + 2 * size)...]
        #expect(throws: RecordStream.Failure.tampered(record: 0)) {
            try opened(Array(exchanged), key, expecting: 200_000)
        }
    }

    @Test func aMissingOrRepeatedRecordIsFound() throws {
        let key = SymmetricKey(size: .bits256)
        let stream = try sealed(Self.pattern(200_000), key)
        let size = RecordStream.sealedRecordBytes
        let missing = stream[..<(12 + size)] + stream[(12 + 2 * size)...]
        let repeated = stream[..<(12 + size)] + stream[12...]
        for broken in [missing, repeated] {
            #expect(throws: RecordStream.Failure.tampered(record: 1)) {
                try opened(Array(broken), key, expecting: nil)
            }
        }
    }

    @Test(arguments: [0, 11, 13, 28, 65_565, 65_580])
    func anEndInsideTheNonceOrATagIsTruncation(length: Int) throws {
        let key = SymmetricKey(size: .bits256)
        let stream = try sealed(Self.pattern(200_000), key)
        for expected in [200_000, nil] {
            #expect(throws: RecordStream.Failure.truncated) {
                try opened(Array(stream.prefix(length)), key, expecting: expected)
            }
        }
    }

    @Test(arguments: [29, 1000, 65_563, 65_581, 200_075])
    func anEndInsideARecordIsTruncation(length: Int) throws {
        let key = SymmetricKey(size: .bits256)
        let stream = Array(try sealed(Self.pattern(200_000), key).prefix(length))
        #expect(throws: RecordStream.Failure.truncated) {
            try opened(stream, key, expecting: 200_000)
        }
        let record = UInt64((length - 12) / RecordStream.sealedRecordBytes)
        #expect(throws: RecordStream.Failure.tampered(record: record)) {
            try opened(stream, key, expecting: nil)
        }
    }

    @Test(arguments: [0, 1, 2, 3])
    func anEndBetweenRecordsIsFoundByTheSizeOnly(records: Int) throws {
        let key = SymmetricKey(size: .bits256)
        let stream = try sealed(Self.pattern(200_000), key)
        let cut = Array(stream.prefix(12 + records * RecordStream.sealedRecordBytes))
        let kept = Int64(records * RecordStream.recordBytes)
        #expect(throws: RecordStream.Failure.wrongSize(expectedBytes: 200_000, gotBytes: kept)) {
            try opened(cut, key, expecting: 200_000)
        }
        #expect(try opened(cut, key, expecting: nil).count == Int(kept))
    }

    @Test func moreThanExpectedStopsAtOnce() throws {
        let key = SymmetricKey(size: .bits256)
        let stream = try sealed(Self.pattern(200_000), key)
        var opener = RecordOpener(key: key, expectedBytes: 65_537)
        #expect(throws: RecordStream.Failure.wrongSize(expectedBytes: 65_537, gotBytes: 131_072)) {
            try opener.open(stream)
        }
    }

    // MARK: Support

    private static func pattern(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
    }

    private func sealed(_ plaintext: [UInt8], _ key: SymmetricKey, pieceSize: Int = .max) throws -> [UInt8] {
        var sealer = RecordSealer(key: key, baseNonce: KnownAnswers.baseNonce)
        var stream: [UInt8] = []
        for start in stride(from: 0, to: plaintext.count, by: pieceSize) {
            stream += try sealer.seal(plaintext[start...].prefix(pieceSize))
        }
        return stream + (try sealer.finish())
    }

    private func opened(
        _ stream: [UInt8],
        _ key: SymmetricKey,
        expecting expectedBytes: Int?,
        pieceSize: Int = .max
    ) throws -> [UInt8] {
        var opener = RecordOpener(key: key, expectedBytes: expectedBytes.map(Int64.init))
        var plaintext: [UInt8] = []
        for start in stride(from: 0, to: stream.count, by: pieceSize) {
            plaintext += try opener.open(stream[start...].prefix(pieceSize))
        }
        return plaintext + (try opener.finish())
    }
}
