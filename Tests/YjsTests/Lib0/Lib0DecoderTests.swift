import Testing

@testable import Yjs

@Suite("Reading lib0 primitives")
struct Lib0DecoderTests {
    private static let unsignedTable: [(String, UInt64)] = [
        ("00", 0), ("7f", 127), ("80 01", 128), ("ff 01", 255), ("80 80 01", 16384), ("80 00", 0), ("81 80 00", 1),
        ("ff ff ff ff 0f", 0xFFFF_FFFF), ("ff ff ff ff ff ff ff 0f", (1 << 53) - 1), ("80 80 80 80 80 80 80 00", 0),
    ]

    @Test(arguments: unsignedTable)
    func unsignedIntegers(_ bytes: String, _ value: UInt64) throws {
        var decoder = Lib0Decoder(hex(bytes))
        #expect(try decoder.readVarUint() == value)
        #expect(decoder.isAtEnd)
    }

    private static let malformedUnsigned: [(String, YjsError)] = [
        ("", .unexpectedEnd(offset: 0)),
        ("80", .unexpectedEnd(offset: 1)),
        ("ff ff ff", .unexpectedEnd(offset: 3)),
        ("ff ff ff ff ff ff ff 10", .integerTooLarge(offset: 0)),
        ("ff ff ff ff ff ff ff ff", .integerTooLarge(offset: 0)),
        ("80 80 80 80 80 80 80 80 00", .integerTooLarge(offset: 0)),
        ("ff ff ff ff ff ff ff ff ff ff ff ff", .integerTooLarge(offset: 0)),
    ]

    @Test(arguments: malformedUnsigned)
    func malformedUnsignedIntegers(_ bytes: String, _ error: YjsError) {
        var decoder = Lib0Decoder(hex(bytes))
        #expect(throws: error) { try decoder.readVarUint() }
    }

    private static let signedTable: [(String, Int64)] = [
        ("00", 0), ("40", 0), ("01", 1), ("41", -1), ("3f", 63), ("7f", -63), ("80 01", 64), ("c0 01", -64),
        ("bf ff ff ff 0f", Int64(Int32.max)), ("ff ff ff ff 0f", -Int64(Int32.max)),
        ("bf ff ff ff ff ff ff 1f", (1 << 53) - 1), ("ff ff ff ff ff ff ff 1f", -((1 << 53) - 1)),
    ]

    @Test(arguments: signedTable)
    func signedIntegers(_ bytes: String, _ value: Int64) throws {
        var decoder = Lib0Decoder(hex(bytes))
        #expect(try decoder.readVarInt() == value)
        #expect(decoder.isAtEnd)
    }

    @Test func negativeZeroIsTold() throws {
        var decoder = Lib0Decoder([0x40])
        let (isNegative, magnitude) = try decoder.readSignedMagnitude()
        #expect(isNegative && magnitude == 0)
    }

    private static let malformedSigned: [(String, YjsError)] = [
        ("", .unexpectedEnd(offset: 0)),
        ("80", .unexpectedEnd(offset: 1)),
        ("bf ff ff ff ff ff ff 20", .integerTooLarge(offset: 0)),
        ("bf ff ff ff ff ff ff ff ff 01", .integerTooLarge(offset: 0)),
    ]

    @Test(arguments: malformedSigned)
    func malformedSignedIntegers(_ bytes: String, _ error: YjsError) {
        var decoder = Lib0Decoder(hex(bytes))
        #expect(throws: error) { try decoder.readVarInt() }
    }

    @Test func fixedWidthsAreBigEndian() throws {
        var decoder = Lib0Decoder(hex("01020304 0102030405060708 09"))
        #expect(try decoder.readBigEndian32() == 0x0102_0304)
        #expect(try decoder.readBigEndian64() == 0x0102_0304_0506_0708)
        #expect(decoder.remaining == 1)
        #expect(throws: YjsError.unexpectedEnd(offset: 13)) { try decoder.readBigEndian32() }
    }

    @Test func buffersAndStrings() throws {
        var decoder = Lib0Decoder(hex("03 00ff01 00 05 c3a9 e282ac 04 f09d849e"))
        #expect(try decoder.readBuffer() == [0, 0xFF, 1])
        #expect(try decoder.readBuffer() == [])
        #expect(try decoder.readString() == "é€")
        let (range, units) = try decoder.skipString()
        #expect(range.count == 4 && units == 2)
        try decoder.finish()
    }

    private static let tooLong: [(String, YjsError)] = [
        ("01", .countExceedsInput(offset: 0)),
        ("05 61626364", .countExceedsInput(offset: 0)),
        ("ff ff ff ff ff ff ff 0f", .countExceedsInput(offset: 0)),
        ("ff ff ff ff ff ff ff 1f", .integerTooLarge(offset: 0)),
        ("", .unexpectedEnd(offset: 0)),
    ]

    @Test(arguments: tooLong)
    func lengthsBeyondTheInput(_ bytes: String, _ error: YjsError) {
        #expect(throws: error) {
            var decoder = Lib0Decoder(hex(bytes))
            _ = try decoder.readBuffer()
        }
        #expect(throws: error) {
            var decoder = Lib0Decoder(hex(bytes))
            _ = try decoder.readString()
        }
    }

    @Test func stringsMustBeUTF8() {
        var decoder = Lib0Decoder(hex("01 61 02 c328"))
        #expect(throws: Never.self) { try decoder.readString() }
        #expect(throws: YjsError.invalidUTF8(offset: 3)) { try decoder.readString() }
    }

    @Test func aByteOrderMarkIsKept() throws {
        var decoder = Lib0Decoder(hex("04 efbbbf 61"))
        #expect(Array(try decoder.readString().utf8) == hex("efbbbf 61"))
    }

    @Test func countsAreComparedWithWhatIsLeft() throws {
        var enough = Lib0Decoder(hex("02 00000000"))
        #expect(try enough.readCount(minimumBytes: 2) == 2)
        var tooFew = Lib0Decoder(hex("02 000000"))
        #expect(throws: YjsError.countExceedsInput(offset: 0)) { try tooFew.readCount(minimumBytes: 2) }
    }

    @Test func aPartOfAnArrayEndsWhereItEnds() {
        var decoder = Lib0Decoder([1, 2, 3, 4], 1..<3)
        #expect(throws: Never.self) { try decoder.readByte() }
        #expect(throws: Never.self) { try decoder.readByte() }
        #expect(throws: YjsError.unexpectedEnd(offset: 3)) { try decoder.readByte() }
    }

    @Test func finishingEarlyIsAnError() {
        var decoder = Lib0Decoder([1, 2])
        #expect(throws: YjsError.trailingBytes(offset: 0)) { try decoder.finish() }
        #expect(throws: Never.self) { try decoder.readByte() }
        #expect(throws: YjsError.trailingBytes(offset: 1)) { try decoder.finish() }
    }
}
