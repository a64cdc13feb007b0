import Testing

@testable import Yjs

@Suite("Reading structs")
struct StructRecordTests {
    /// Reads one struct of client 77 that starts at clock 5.
    private func read(_ bytes: String) throws -> StructRecord {
        var decoder = Lib0Decoder(hex(bytes))
        let record = try decoder.readStruct(client: 77, clock: 5, source: 0)
        #expect(decoder.isAtEnd && record.offset == 0 && Int(record.end) == decoder.position)
        return record
    }

    private static let lengths: [(String, UInt64)] = [
        ("00 07", 7), ("0a 07", 7), ("8a 07", 7), ("60 07", 7), ("01 01 01 74 07", 7),
        ("02 01 01 74 02 01 31 09 756e646566696e6564", 2),
        ("03 01 01 74 03 0000ff", 1), ("04 01 01 74 03 616263", 3), ("04 01 01 74 06 c3a9 f09d849e", 3),
        ("05 01 01 74 02 7b7d", 1), ("06 01 01 74 04 626f6c64 04 74727565", 1), ("07 01 01 74 00", 1),
        ("07 01 01 74 01", 1), ("07 01 01 74 02", 1), ("07 01 01 74 03 01 70", 1), ("07 01 01 74 04", 1),
        ("07 01 01 74 05 01 68", 1), ("07 01 01 74 06", 1), ("08 01 01 74 03 7f 7e 7d 01", 3),
        ("09 01 01 74 01 67 76 00", 1), ("00 fa ff ff ff ff ff ff 0f", (1 << 53) - 6),
    ]

    @Test(arguments: lengths)
    func lengthInClockUnits(_ bytes: String, _ length: UInt64) throws {
        let record = try read(bytes)
        #expect(record.clock == 5 && record.length == length && record.endClock == 5 + length)
    }

    private static let headers: [(String, UInt8)] = [
        ("84 4d 04 01 61", 4), ("44 4d 04 01 61", 4), ("c4 01 ff 01 02 09 01 61", 4), ("a8 4d 00 01 7d 02", 8),
        ("24 01 01 74 01 6b 01 61", 4), ("04 00 4d 04 01 61", 4), ("24 00 01 63 01 6b 01 61", 4),
        ("e8 01 00 02 00 01 7e", 8),
    ]

    @Test(arguments: headers)
    func headersOfAllShapes(_ bytes: String, _ ref: UInt8) throws {
        let record = try read(bytes)
        #expect(record.ref == ref)
        #expect(!record.isGC && !record.isSkip)
    }

    @Test func headersAreTakenApart() throws {
        var decoder = Lib0Decoder(hex("01 05 02 06"))
        let both = try decoder.readItemHeader(info: 0xE4)
        #expect(both.origin == YID(client: 1, clock: 5) && both.rightOrigin == YID(client: 2, clock: 6))
        #expect(both.parentSub == nil && decoder.isAtEnd)
        var child = Lib0Decoder(hex("00 03 04 02 6b31"))
        let inside = try child.readItemHeader(info: 0x28)
        guard case .item(let id) = inside.parent else { throw YjsError.staleType }
        #expect(id == YID(client: 3, clock: 4) && inside.parentSub == 4..<6)
        var rooted = Lib0Decoder(hex("01 02 7474"))
        let root = try rooted.readItemHeader(info: 0x08)
        guard case .root(let name) = root.parent else { throw YjsError.staleType }
        #expect(name == 2..<4 && root.parentSub == nil)
    }

    private static let malformed: [(String, YjsError)] = [
        ("", .unexpectedEnd(offset: 0)),
        ("00", .unexpectedEnd(offset: 1)),
        ("00 00", .emptyStruct(offset: 0)),
        ("0a 00", .emptyStruct(offset: 0)),
        ("01 01 01 74 00", .emptyStruct(offset: 0)),
        ("02 01 01 74 00", .emptyStruct(offset: 0)),
        ("04 01 01 74 00", .emptyStruct(offset: 0)),
        ("08 01 01 74 00", .emptyStruct(offset: 0)),
        ("00 fb ff ff ff ff ff ff 0f", .clockOverflow(offset: 0)),
        ("0a ff ff ff ff ff ff ff 0f", .clockOverflow(offset: 0)),
        ("00 ff ff ff ff ff ff ff 10", .integerTooLarge(offset: 1)),
        ("04 02 01 74 01 61", .invalidTag(2, offset: 1)),
        ("04 80 02 01 74 01 61", .invalidTag(0, offset: 1)),
        ("84 4d 05 01 61", .forwardReference(offset: 0)),
        ("84 4d 06 01 61", .forwardReference(offset: 0)),
        ("44 4d 05 01 61", .forwardReference(offset: 0)),
        ("c4 4d 00 4d 05 01 61", .forwardReference(offset: 0)),
        ("04 00 4d 05 01 61", .forwardReference(offset: 0)),
        ("8b 4d 00 00", .unknownContent(11, offset: 3)),
        ("1f 01 01 74 00", .unknownContent(31, offset: 4)),
        ("07 01 01 74 07", .unknownType(7, offset: 4)),
        ("07 01 01 74 09", .unknownType(9, offset: 4)),
        ("07 01 01 74 0f", .unknownType(15, offset: 4)),
        ("07 01 01 74 80 02", .unknownType(256, offset: 4)),
        ("07 01 01 74 03", .unexpectedEnd(offset: 5)),
        ("04 01 01 ff 01 61", .invalidUTF8(offset: 3)),
        ("24 01 01 74 01 ff 01 61", .invalidUTF8(offset: 5)),
        ("04 01 01 74 01 ff", .invalidUTF8(offset: 5)),
        ("04 01 01 74 03 eda080", .invalidUTF8(offset: 5)),
        ("02 01 01 74 01 01 ff", .invalidUTF8(offset: 6)),
        ("05 01 01 74 01 ff", .invalidUTF8(offset: 5)),
        ("06 01 01 74 01 ff 01 31", .invalidUTF8(offset: 5)),
        ("06 01 01 74 01 61 01 ff", .invalidUTF8(offset: 7)),
        ("07 01 01 74 03 01 ff", .invalidUTF8(offset: 6)),
        ("08 01 01 74 01 77 01 ff", .invalidUTF8(offset: 7)),
        ("09 01 01 74 01 ff 7f", .invalidUTF8(offset: 5)),
        ("08 01 01 74 01 00", .invalidTag(0, offset: 5)),
        ("09 01 01 74 01 67 00", .invalidTag(0, offset: 6)),
        ("04 01 01 74 03 6161", .countExceedsInput(offset: 4)),
        ("03 01 01 74 03 6161", .countExceedsInput(offset: 4)),
        ("02 01 01 74 03 0000", .countExceedsInput(offset: 4)),
        ("08 01 01 74 03 7e7e", .countExceedsInput(offset: 4)),
        ("08 01 01 74 ff ff ff ff ff ff ff 0f 7e", .countExceedsInput(offset: 4)),
        ("04 01 7f 74", .countExceedsInput(offset: 2)),
    ]

    @Test(arguments: malformed)
    func malformedStructs(_ bytes: String, _ error: YjsError) {
        #expect(throws: error) { try read(bytes) }
    }

    @Test func anotherClientsLaterClockIsNoForwardReference() throws {
        #expect(try read("84 4e ff ff 03 01 61").length == 1)
    }
}
