import Testing

@testable import Yjs

@Suite("Splitting items")
struct DocumentStoreSplitTests {
    private let pair = RawUpdate.block(1, [.item(.string("ab😀yz"))])

    @Test func textIsCutByUTF16Units() throws {
        for (clock, expected) in [(0, "a-b😀yz"), (1, "ab-😀yz"), (3, "ab😀-yz"), (4, "ab😀y-z")] as [(UInt64, String)] {
            let insert = RawUpdate.block(2, [.item(.string("-"), after: (1, clock), before: (1, clock + 1))])
            #expect(try document(pair, insert).text(of: .root("t")) == expected)
        }
    }

    @Test(arguments: ["😀longer tail", "longer head 😀"])
    func halvesOfAPairBecomeReplacements(_ text: String) throws {
        let head = UInt64(text.prefix { $0 != "😀" }.utf16.count)
        var document = try document(RawUpdate.block(1, [.item(.string(text))]))
        try document.apply(RawUpdate.block(2, [.item(.string("-"), after: (1, head), before: (1, head + 1))]))
        let expected = text.replacing("😀", with: "\u{FFFD}-\u{FFFD}")
        #expect(document.text(of: .root("t")) == expected)
        let state = document.encodeState()
        #expect(try YDocument(state: state).encodeState() == state)
        #expect(state.count == document.store.encodedBytes())
    }

    @Test func listsAreCutBetweenElements() throws {
        let insert = RawUpdate.block(2, [.item(.any([.string("new")]), after: (1, 1), before: (1, 2))])
        for content in [RawStruct.Content.any([.number(1), .number(2), .number(3)]), .json(["1", "2", "3"])] {
            let document = try document(RawUpdate.block(1, [.item(content)]), insert)
            let numbers: [YElement] = [1, 2, 3].map { .value(.number($0)) }
            #expect(document.elements(of: .root("t")) == numbers[..<2] + [.value(.string("new"))] + numbers[2...])
        }
    }

    @Test func aListCutToDeleteIsFusedAgainUnlessNeeded() throws {
        var document = try document(RawUpdate.block(1, [.item(.any([.null, .null, .null]))]))
        try document.apply(RawUpdate.deleting(1, 1, 1))
        #expect(document.elements(of: .root("t")).count == 2)
        try document.apply(RawUpdate.deleting(1, 0, 3))
        #expect(document.encodeState() == hex("01 01 01 00 01 01 01 74 03 01 01 01 00 03"))
    }
}
