import Testing

@testable import Yjs

/// Whatever is refused halfway leaves the document as it was.
@Suite("Undoing refused changes")
struct RollBackTests {
    /// Both updates name the second half of a character as their left neighbour; the second one adds text before that.
    @Test(arguments: [
        "01 01 05 00 84 4d 01 02 6869 00",
        "01 02 05 00 04 01 01 75 01 78 84 4d 01 02 6869 00",
    ])
    func refusedUpdateLeavesCharactersWhole(_ update: String) throws {
        var document = YDocument(limits: YLimits(maxConflictSteps: 0))
        try document.apply(hex("01 01 4d 00 04 01 01 74 06 78 f09d849e 79 00"))
        let before = document.encodeState()
        #expect(throws: YjsError.integrationTooExpensive(limit: 0)) { try document.apply(hex(update)) }
        expectSame(document.encodeState(), before)
        #expect(RoundTrip.problems(of: document) == [])
    }

    @Test func failedEditLeavesCharactersWhole() throws {
        var document = YDocument()
        try document.apply(hex("01 01 4d 00 04 01 01 74 06 78 f09d849e 79 00"))
        let before = document.encodeState()
        #expect(throws: YjsError.indexOutOfRange(9, length: 5)) {
            try document.edit(as: 5) { (edit) throws(YjsError) in
                try edit.insert("a", at: 2, in: .root("t"))
                try edit.insert("a", at: 9, in: .root("t"))
            }
        }
        expectSame(document.encodeState(), before)
        #expect(document.text(of: .root("t")) == "x\u{1D11E}y")
    }

    @Test func failedEditLeavesDeletedHalvesWhole() throws {
        let pair = RawUpdate.block(1, [.item(.string("ab😀yz"))])
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
}
