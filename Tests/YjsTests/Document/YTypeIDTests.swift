import Testing

@testable import Yjs

@Suite("Names of types")
struct YTypeIDTests {
    @Test func rootsAreEqualByTheirBytes() {
        #expect(YTypeID.root("a") == .root("a"))
        #expect(YTypeID.root("\u{E9}") != .root("e\u{301}"))
        #expect(YTypeID.root("a") != .item(YID(client: 0, clock: 0)))
    }

    @Test func textRunsAreEqualByTheirBytes() {
        let one = YTextRun(content: .text("\u{E9}"), attributes: [])
        #expect(one == one)
        #expect(one != YTextRun(content: .text("e\u{301}"), attributes: []))
        #expect(one != YTextRun(content: .element(.embed("\u{E9}")), attributes: []))
        #expect(one != YTextRun(content: .text("\u{E9}"), attributes: [YEntry("b", .null)]))
    }

    @Test func anIDStaysValidUntilItsTypeIsDeleted() throws {
        var document = YDocument()
        var map = YTypeID.root("m")
        try document.edit(as: 1) { edit in map = try edit.setType(.map, forKey: "k", in: map) }
        #expect(document.exists(map))
        let copy = try YDocument(state: document.encodeState())
        #expect(copy.exists(map))
        try document.edit(as: 1) { edit in try edit.remove(forKey: "k", in: .root("m")) }
        #expect(!document.exists(map))
        #expect(document.entries(of: map).isEmpty)
        #expect(!document.exists(.root("never mentioned")))
    }
}
