import Testing

@testable import Yjs

@Suite("Delete sets")
struct DeleteSetTests {
    private func range(_ client: UInt64, _ clock: UInt64, _ length: UInt64) -> ClientRange {
        ClientRange(client: client, clock: clock, length: length)
    }

    private func normalized(_ ranges: [ClientRange]) -> [ClientRange] {
        var ranges = ranges
        DeleteSet.normalize(&ranges)
        return ranges
    }

    @Test func rangesAreSortedByDescendingClientAndAscendingClock() {
        let sorted = normalized([range(1, 5, 1), range(9, 7, 1), range(1, 2, 1), range(9, 0, 1)])
        #expect(sorted == [range(9, 0, 1), range(9, 7, 1), range(1, 2, 1), range(1, 5, 1)])
    }

    @Test func rangesThatTouchOrOverlapFuse() {
        #expect(normalized([range(1, 0, 2), range(1, 2, 3)]) == [range(1, 0, 5)])
        #expect(normalized([range(1, 0, 9), range(1, 2, 3), range(1, 8, 4)]) == [range(1, 0, 12)])
        #expect(normalized([range(1, 0, 2), range(1, 0, 2)]) == [range(1, 0, 2)])
        #expect(normalized([range(1, 0, 2), range(1, 3, 1)]) == [range(1, 0, 2), range(1, 3, 1)])
        #expect(normalized([range(1, 0, 2), range(2, 2, 1)]) == [range(2, 2, 1), range(1, 0, 2)])
        #expect(normalized([]) == [])
    }

    @Test func writtenAndReadAgain() throws {
        let ranges = [range(9, 0, 300), range(9, 400, 1), range(1, 2, 3)]
        var encoder = Lib0Encoder()
        DeleteSet.write(ranges, into: &encoder)
        #expect(encoder.bytes == hex("02 09 02 00 ac02 9003 01 01 01 02 03"))
        var decoder = Lib0Decoder(encoder.bytes)
        var read: [ClientRange] = []
        try decoder.readDeleteSet(into: &read)
        #expect(read == ranges && decoder.isAtEnd)
    }

    @Test func nothingIsOneByte() {
        var encoder = Lib0Encoder()
        DeleteSet.write([], into: &encoder)
        #expect(encoder.bytes == [0])
    }

    private static let malformed: [(String, YjsError)] = [
        ("", .unexpectedEnd(offset: 0)),
        ("01", .countExceedsInput(offset: 0)),
        ("01 4d 01 05", .countExceedsInput(offset: 2)),
        ("01 4d 02 00 01", .countExceedsInput(offset: 2)),
        ("01 80 80", .unexpectedEnd(offset: 3)),
        ("01 4d 01 ff ff ff ff ff ff ff 0f 01", .clockOverflow(offset: 3)),
        ("01 4d 01 00 ff ff ff ff ff ff ff 1f", .integerTooLarge(offset: 4)),
    ]

    @Test(arguments: malformed)
    func malformedDeleteSets(_ bytes: String, _ error: YjsError) {
        var decoder = Lib0Decoder(hex(bytes))
        var ranges: [ClientRange] = []
        #expect(throws: error) { try decoder.readDeleteSet(into: &ranges) }
    }

    @Test func theLargestRangeIsRead() throws {
        var decoder = Lib0Decoder(hex("01 4d 01 00 ff ff ff ff ff ff ff 0f"))
        var ranges: [ClientRange] = []
        try decoder.readDeleteSet(into: &ranges)
        #expect(ranges == [range(77, 0, (1 << 53) - 1)])
    }
}
