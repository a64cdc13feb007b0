import Testing

@testable import Yjs

@Suite("What changed")
struct YChangeTests {
    @Test func insertsDeletesRootsAndKeysAreNamed() throws {
        var document = try document(
            RawUpdate.block(1, [.item(.string("ab")), .item(.any([.null]), in: .root("m"), key: "old")])
        )
        var update = RawUpdate()
        update.add(
            2,
            at: 0,
            [
                .item(.string("c"), after: (1, 1)), .item(.type(1), in: .root("m"), key: "k"),
                .item(.any([.null]), in: .item(2, 1), key: "inner"),
            ]
        )
        update.delete(1, 2, 1)
        let change = try document.apply(update.bytes)
        #expect(change.inserted == [ClientRange(client: 2, clock: 0, length: 3)])
        #expect(change.deleted == [ClientRange(client: 1, clock: 2, length: 1)])
        #expect(change.roots == ["m", "t"])
        let inner = YTypeID.item(YID(client: 2, clock: 1))
        #expect(change.keys == [YKey(.root("m"), "k"), YKey(.root("m"), "old"), YKey(inner, "inner")])
        #expect(!change.isEmpty)
        #expect(!change.isIncomplete)
        let again = try document.apply(update.bytes)
        #expect(again == YChange())
    }

    @Test func keysAreEqualByTheirBytes() {
        #expect(YKey(.root("m"), "\u{E9}") != YKey(.root("m"), "e\u{301}"))
        #expect(Set([YKey(.root("m"), "\u{E9}"), YKey(.root("m"), "e\u{301}")]).count == 2)
        #expect(YKey(.root("m"), "a") != YKey(.root("n"), "a"))
    }

    @Test func whatWaitsIsToldApart() throws {
        var document = YDocument()
        let change = try document.apply(RawUpdate.block(1, at: 1, [.item(.string("b"), after: (1, 0))]))
        #expect(change.isEmpty)
        #expect(change.isIncomplete)
    }
}
