import Testing

@testable import Yjs

/// Integers are read eight bytes at once where the input has them, and byte by byte at its end.
@Suite("Integers near and far from the end")
struct Lib0DecoderVarUintTests {
    /// Each power of two, all ones below it, and a pattern.
    private static let values: [UInt64] = {
        var values: [UInt64] = []
        for bit in 0..<53 as Range<UInt64> {
            let ones = (UInt64(1) << bit) - 1
            values += [ones, ones + 1, 0x0015_5555_5555_5555 & ones]
        }
        return values + [YLimits.maxInteger]
    }()

    @Test(arguments: 0...9)
    func bothWaysReadTheSame(_ padding: Int) throws {
        for value in Self.values {
            var encoder = Lib0Encoder()
            encoder.writeVarUint(value)
            let length = encoder.bytes.count
            var decoder = Lib0Decoder(encoder.bytes + Array(repeating: 0xFF, count: padding))
            #expect(try decoder.readVarUint() == value)
            #expect(decoder.position == length)
        }
    }

    @Test(arguments: 0...9)
    func longFormsAreReadUpToEightBytes(_ padding: Int) throws {
        for length in 2...8 {
            let bytes = [0x81] + Array(repeating: 0x80, count: length - 2) + [0x00] as [UInt8]
            var decoder = Lib0Decoder(bytes + Array(repeating: 0xFF, count: padding))
            #expect(try decoder.readVarUint() == 1)
            #expect(decoder.position == length)
        }
    }

    @Test(arguments: 0...9)
    func whatIsTooLargeIsRefused(_ padding: Int) {
        let tooLarge = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x10] as [UInt8]
        let tooLong = Array(repeating: 0x80, count: 8) + [0x01] as [UInt8]
        for bytes in [tooLarge, tooLong] {
            var decoder = Lib0Decoder([7] + bytes + Array(repeating: 0, count: padding))
            decoder.position = 1
            #expect(throws: YjsError.integerTooLarge(offset: 1)) { try decoder.readVarUint() }
        }
    }

    @Test func theEndOfThePartCountsAndNotThatOfTheArray() {
        var decoder = Lib0Decoder([0x80, 0x80, 1, 1, 1, 1, 1, 1, 1, 1], 0..<2)
        #expect(throws: YjsError.unexpectedEnd(offset: 2)) { try decoder.readVarUint() }
    }
}
