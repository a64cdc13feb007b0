import Testing

@testable import Yjs

@Suite("Transactions of one's own")
struct YDocumentEditTests {
    @Test func anEditIsOneUpdate() throws {
        var document = try document(RawUpdate.block(1, [.item(.string("hello"))]))
        var copy = document
        let commit = try document.edit(as: 9) { edit in
            try edit.delete(1..<3, in: .root("t"))
            try edit.insert("EL", at: 1, in: .root("t"))
            try edit.set(.bool(true), forKey: "done", in: .root("m"))
        }
        #expect(document.text(of: .root("t")) == "hELlo")
        #expect(commit.change.inserted == [ClientRange(client: 9, clock: 0, length: 3)])
        #expect(commit.change.deleted == [ClientRange(client: 1, clock: 1, length: 2)])
        #expect(commit.change.keys == [YKey(.root("m"), "done")])
        try copy.apply(commit.update)
        #expect(copy.encodeState() == document.encodeState())
    }

    @Test func nothingDoneIsTheEmptyUpdate() throws {
        var document = YDocument()
        let commit = try document.edit(as: 9) { _ in }
        #expect(commit.update == YUpdate.empty)
        #expect(commit.change.isEmpty)
    }

    @Test func aFailedEditIsUndone() throws {
        var document = try document(RawUpdate.block(1, [.item(.string("hello"))]))
        let state = document.encodeState()
        #expect(throws: YjsError.indexOutOfRange(9, length: 6)) {
            try document.edit(as: 9) { edit in
                try edit.insert("x", at: 2, in: .root("t"))
                try edit.insert("y", at: 9, in: .root("t"))
            }
        }
        #expect(document.encodeState() == state)
        try document.edit(as: 9) { edit in try edit.insert("!", at: 5, in: .root("t")) }
        #expect(document.text(of: .root("t")) == "hello!")
    }

    @Test func editsAreLimitedLikeUpdates() throws {
        var document = YDocument(limits: YLimits(maxDocumentBytes: 100))
        for _ in 0..<2 {
            #expect(throws: YjsError.documentTooLarge(limit: 100)) {
                try document.edit(as: 9) { edit in
                    try edit.insert(String(repeating: "x", count: 60), at: 0, in: .root("t"))
                    try edit.set(.string(String(repeating: "x", count: 60)), forKey: "k", in: .root("t"))
                }
            }
        }
        #expect(document.encodeState() == YUpdate.empty)
    }

    @Test func idsAreLimited() {
        var document = YDocument()
        #expect(throws: YjsError.integerTooLarge(offset: 0)) {
            try document.edit(as: 1 << 53) { _ in }
        }
    }
}
