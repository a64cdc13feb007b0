import Testing

@testable import Yjs

@Suite("Writing lib0 primitives")
struct Lib0EncoderTests {
    private func bytes(_ write: (inout Lib0Encoder) -> Void) -> [UInt8] {
        var encoder = Lib0Encoder()
        write(&encoder)
        return encoder.bytes
    }

    private static let unsignedTable: [(UInt64, String)] = [
        (0, "00"), (127, "7f"), (128, "80 01"), (16383, "ff 7f"), (16384, "80 80 01"),
        ((1 << 53) - 1, "ff ff ff ff ff ff ff 0f"),
    ]

    @Test(arguments: unsignedTable)
    func unsignedIntegersTakeTheFewestBytes(_ value: UInt64, _ expected: String) {
        #expect(bytes { $0.writeVarUint(value) } == hex(expected))
    }

    private static let signedTable: [(Int64, String)] = [
        (0, "00"), (1, "01"), (-1, "41"), (63, "3f"), (-63, "7f"), (64, "80 01"), (-64, "c0 01"), (8191, "bf 7f"),
        (8192, "80 80 01"), (-((1 << 53) - 1), "ff ff ff ff ff ff ff 1f"),
    ]

    @Test(arguments: signedTable)
    func signedIntegersTakeTheFewestBytes(_ value: Int64, _ expected: String) {
        #expect(bytes { $0.writeVarInt(value) } == hex(expected))
    }

    @Test func negativeZeroIsWrittenAsSuch() {
        #expect(bytes { $0.writeSignedMagnitude(isNegative: true, 0) } == [0x40])
    }

    @Test func integersSurviveWritingAndReading() throws {
        for shift in 0...53 {
            for value in [(1 << shift) - 1, 1 << shift].map(Int64.init) where value < 1 << 53 {
                var decoder = Lib0Decoder(
                    bytes {
                        $0.writeVarUint(UInt64(value))
                        $0.writeVarInt(value)
                        $0.writeVarInt(-value)
                    }
                )
                #expect(try decoder.readVarUint() == UInt64(value))
                #expect(try decoder.readVarInt() == value)
                #expect(try decoder.readVarInt() == -value)
            }
        }
    }

    @Test func fixedWidthsAreBigEndian() {
        #expect(bytes { $0.writeBigEndian(0x0102_0304, count: 4) } == [1, 2, 3, 4])
        #expect(bytes { $0.writeBigEndian(0x0102_0304_0506_0708, count: 8) } == [1, 2, 3, 4, 5, 6, 7, 8])
    }

    @Test func buffersAndStringsHaveTheirLengthInFront() {
        #expect(bytes { $0.writeBuffer([9, 8]) } == hex("02 0908"))
        #expect(bytes { $0.writeString("é\u{1D11E}") } == hex("06 c3a9 f09d849e"))
        #expect(bytes { $0.writeString("") } == [0])
        let long = [UInt8](0..<200)
        #expect(bytes { $0.writeBuffer(long, 10..<150) } == hex("8c 01") + long[10..<150])
        #expect(bytes { $0.copy(long, 3..<6) } == [3, 4, 5])
    }
}
