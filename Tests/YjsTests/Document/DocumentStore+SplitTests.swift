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

    /// A refused update leaves the text as it was, although the pair was divided on the way.
    @Test func aPairIsWholeAgainAfterARefusal() throws {
        var document = try document(pair, limits: YLimits(maxConflictSteps: 1))
        for client in UInt64(2)...3 {
            try document.apply(RawUpdate.block(client, [.item(.string("x"), after: (1, 5))]))
        }
        let state = document.encodeState()
        var update = RawUpdate()
        update.add(9, at: 0, [.item(.string("-"), after: (1, 2), before: (1, 3)), .item(.string("x"), after: (1, 5))])
        #expect(throws: YjsError.integrationTooExpensive(limit: 1)) { try document.apply(update.bytes) }
        #expect(document.encodeState() == state)
        var only = RawUpdate()
        only.add(9, at: 0, [.item(.string("x"), after: (1, 5), before: (1, 3))])
        #expect(throws: YjsError.integrationTooExpensive(limit: 1)) { try document.apply(only.bytes) }
        #expect(document.encodeState() == state)
        #expect(document.text(of: .root("t")).hasPrefix("ab😀yz"))
    }

    @Test func aFailedEditLeavesPairsWhole() throws {
        var document = try document(pair)
        #expect(throws: YjsError.staleType) {
            try document.edit(as: 9) { edit in
                try edit.delete(3..<4, in: .root("t"))
                try edit.delete(2..<3, in: .root("t"))
                try edit.insert("x", at: 0, in: .item(YID(client: 1, clock: 0)))
            }
        }
        #expect(document.encodeState() == pair)
    }

    @Test func aListCutToDeleteIsFusedAgainUnlessNeeded() throws {
        var document = try document(RawUpdate.block(1, [.item(.any([.null, .null, .null]))]))
        try document.apply(RawUpdate.deleting(1, 1, 1))
        #expect(document.elements(of: .root("t")).count == 2)
        try document.apply(RawUpdate.deleting(1, 0, 3))
        #expect(document.encodeState() == hex("01 01 01 00 01 01 01 74 03 01 01 01 00 03"))
    }
}
