import Testing

@testable import Yjs

/// Every error can be caused from outside; which bytes cause which is tested beside each decoder.
@Suite("Errors")
struct YjsErrorTests {
    private static let causes: [(String, YjsError)] = [
        ("01 01 4d 00 00", .unexpectedEnd(offset: 5)),
        ("01 01 4d 00 00 ff ff ff ff ff ff ff 10 00", .integerTooLarge(offset: 5)),
        ("09 00", .countExceedsInput(offset: 0)),
        ("01 01 4d 00 04 01 01 74 01 ff 00", .invalidUTF8(offset: 9)),
        ("01 01 4d 00 04 05 01 74 01 61 00", .invalidTag(5, offset: 5)),
        ("01 01 4d 00 0c 01 01 74 00", .unknownContent(12, offset: 8)),
        ("01 01 4d 00 07 01 01 74 08 00", .unknownType(8, offset: 8)),
        ("01 01 4d 00 00 00 00", .emptyStruct(offset: 4)),
        ("01 01 4d 01 00 ff ff ff ff ff ff ff 0f 00", .clockOverflow(offset: 4)),
        ("01 01 4d 00 84 4d 00 01 61 00", .forwardReference(offset: 4)),
        ("01 01 4d 00 00 01 00 00", .trailingBytes(offset: 7)),
        ("00 00 01", .unsupportedUpdateFormat),
    ]

    @Test(arguments: causes)
    func updatesAreRefusedAndChangeNothing(_ update: String, _ error: YjsError) throws {
        var document = try YDocument(state: WorkedUpdate.bold)
        #expect(throws: error) { try document.apply(hex(update)) }
        #expect(document.encodeState() == WorkedUpdate.bold)
    }

    @Test func valuesNestedTooDeepAreRefused() {
        let deep = Array(repeating: [0x75, 0x01] as [UInt8], count: 65).flatMap(\.self) + [0x7E]
        var document = YDocument()
        #expect(throws: YjsError.nestingTooDeep(offset: 9 + 128)) {
            try document.apply(hex("01 01 4d 00 08 01 01 61 01") + deep + [0])
        }
    }
}
