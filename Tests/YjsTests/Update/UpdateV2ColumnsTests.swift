import Testing

@testable import Yjs

@Suite("Columns of version 2")
struct UpdateV2ColumnsTests {
    @Test func numbersRepeatAfterANegativeSign() throws {
        var column = UintColumn(Lib0Decoder(hex("05 47 01 00")))
        #expect(try (0..<5).map { _ in try column.read() } == [5, 7, 7, 7, 0])
        #expect(throws: YjsError.unexpectedEnd(offset: 4)) { try column.read() }
    }

    @Test func negativeZeroRepeatsZero() throws {
        var column = UintColumn(Lib0Decoder(hex("40 00 09")))
        #expect(try (0..<3).map { _ in try column.read() } == [0, 0, 9])
    }

    @Test func differencesAddUp() throws {
        // +3, then +1 three times, then -2: the lowest bit announces a count.
        var column = DiffColumn(Lib0Decoder(hex("06 03 01 44")))
        #expect(try (0..<5).map { _ in try column.read() } == [3, 4, 5, 6, 4])
    }

    @Test func differencesStayWithinTheRangeOfClocks() {
        var below = DiffColumn(Lib0Decoder(hex("42")))
        #expect(throws: YjsError.clockOverflow(offset: 1)) { try below.read() }
        var above = DiffColumn(Lib0Decoder(hex("bf ff ff ff ff ff ff 1f ff ff ff ff ff ff ff 0f")))
        #expect(throws: YjsError.clockOverflow(offset: 16)) {
            for _ in 0..<4 { _ = try above.read() }
        }
    }

    @Test func theLastByteRepeatsForEver() throws {
        var column = ByteColumn(Lib0Decoder(hex("04 02 08")))
        #expect(try (0..<6).map { _ in try column.read() } == [4, 4, 4, 8, 8, 8])
        var empty = ByteColumn(Lib0Decoder([]))
        #expect(throws: YjsError.unexpectedEnd(offset: 0)) { try empty.read() }
    }

    @Test func stringsAreCutByUTF16Units() throws {
        var column = try StringColumn(Lib0Decoder(hex("08 61 c3a9 f09d849e 62 01 03 00 01")))
        #expect(try (0..<4).map { _ in try column.read() } == [hex("61"), hex("c3a9 f09d849e"), [], hex("62")])
        #expect(throws: YjsError.unexpectedEnd(offset: 13)) { try column.read() }
    }

    @Test func aDividedPairLeavesTwoReplacementCharacters() throws {
        var column = try StringColumn(Lib0Decoder(hex("05 f09d849e 62 01 02")))
        #expect(try column.read() == hex("efbfbd"))
        #expect(try column.read() == hex("efbfbd 62"))
    }

    @Test func stringsEndWithTheirColumn() throws {
        var column = try StringColumn(Lib0Decoder(hex("01 61 bf ff ff ff ff ff ff 1f")))
        #expect(throws: YjsError.unexpectedEnd(offset: 2)) { try column.read() }
        #expect(throws: YjsError.invalidUTF8(offset: 1)) { try StringColumn(Lib0Decoder(hex("01 ff"))) }
    }
}
