import Testing

@testable import Yjs

@Suite("Contents in the store")
struct DocumentStoreContentTests {
    static let contents: [RawStruct.Content] = [
        .json(["1", "undefined", "\"x\""]), .binary([0, 255]), .string("aé😀"), .embed("{\"a\":1}"),
        .format("bold", "true"), .type(0), .type(1), .type(2), .type(3, name: "p"), .type(4), .type(5, name: "h"),
        .type(6), .any([.number(1.5), .undefined, .array([.bool(true)])]), .doc("guid"),
    ]

    @Test(arguments: contents.indices)
    func everyContentIsWrittenAsItCame(_ index: Int) throws {
        let update = RawUpdate.block(5, [.item(Self.contents[index])])
        #expect(try document(update).encodeState() == update)
    }

    @Test func deletedContentIsPartOfTheDeleteSet() throws {
        let state = try document(RawUpdate.block(5, [.item(.deleted(4))])).encodeState()
        #expect(state == hex("01 01 05 00 01 01 01 74 04 01 05 01 00 04"))
    }

    @Test func theFirstUnitsAreLeftOutFromAnOffset() throws {
        let contents: [(RawStruct.Content, RawStruct.Content)] = [
            (.json(["1", "2"]), .json(["2"])), (.any([.null, .bool(true)]), .any([.bool(true)])),
            (.string("ab"), .string("b")), (.string("é😀"), .string("😀")), (.string("😀b"), .string("\u{FFFD}b")),
        ]
        var vector = StateVector()
        vector[5] = 1
        for (whole, rest) in contents {
            let state = try document(RawUpdate.block(5, [.item(whole)])).encodeState(from: vector)
            #expect(state == RawUpdate.block(5, at: 1, [.item(rest, after: (5, 0))]))
        }
    }

    @Test func knownUnitsOfALongerStructAreLeftOut() throws {
        var document = try document(RawUpdate.block(5, [.item(.string("a"))]))
        try document.apply(RawUpdate.block(5, [.item(.string("a😀b"))]))
        #expect(document.text(of: .root("t")) == "a😀b")
        try document.apply(RawUpdate.block(5, at: 3, [.item(.string("bcd"), after: (5, 2))]))
        #expect(document.text(of: .root("t")) == "a😀bcd")
        #expect(document.encodeState() == RawUpdate.block(5, [.item(.string("a😀bcd"))]))
    }

    @Test func unknownTypesAreRefused() {
        #expect(throws: YjsError.unknownType(7, offset: 8)) {
            try document(RawUpdate.block(5, [.item(.type(7))]))
        }
    }
}
