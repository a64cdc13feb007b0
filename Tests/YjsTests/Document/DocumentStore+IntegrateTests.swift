import Testing

@testable import Yjs

@Suite("Integrating structs")
struct DocumentStoreIntegrateTests {
    @Test func parentAndKeyComeFromTheNeighbour() throws {
        let document = try document(
            RawUpdate.block(1, [.item(.any([.number(1)]), in: .root("m"), key: "k")]),
            RawUpdate.block(2, [.item(.any([.number(2)]), after: (1, 0))])
        )
        #expect(document.value(forKey: "k", in: .root("m")) == .value(.number(2)))
        #expect(
            document.encodeState() == hex("02 01 02 00 a8 01 00 01 7d 02 01 01 00 21 01 01 6d 01 6b 01 01 01 01 00 01")
        )
    }

    @Test(arguments: [
        RawStruct.item(.string("x"), after: (1, 1)), .item(.string("x"), before: (1, 1)),
        .item(.string("x"), in: .item(1, 1)), .item(.string("x"), in: .item(1, 0)),
    ])
    func aNeighbourOrParentThatIsGoneLeavesAGC(_ lost: RawStruct) throws {
        var document = try document(RawUpdate.block(1, [.item(.string("a")), .gc(1)]))
        let change = try document.apply(RawUpdate.block(2, [lost]))
        #expect(change.inserted == [ClientRange(client: 2, clock: 0, length: 1)])
        #expect(document.text(of: .root("t")) == "a")
        #expect(document.encodeState().starts(with: hex("02 01 02 00 00 01")))
    }

    @Test func anOverwrittenValueIsDeleted() throws {
        var document = try document(RawUpdate.block(1, [.item(.any([.number(1)]), key: "k")]))
        let change = try document.apply(RawUpdate.block(1, at: 1, [.item(.any([.number(2)]), after: (1, 0))]))
        #expect(change.deleted == [ClientRange(client: 1, clock: 0, length: 1)])
        #expect(change.keys == [YKey(.root("t"), "k")])
    }

    @Test func ofTwoConcurrentValuesTheHigherClientStays() throws {
        let one = RawUpdate.block(1, [.item(.any([.number(1)]), key: "k")])
        let two = RawUpdate.block(2, [.item(.any([.number(2)]), key: "k")])
        for updates in [[one, two], [two, one]] {
            var document = YDocument()
            for update in updates { try document.apply(update) }
            #expect(document.value(forKey: "k", in: .root("t")) == .value(.number(2)))
        }
    }

    @Test func neighboursInOtherOrderThanTheirTextDoNoHarm() throws {
        var document = try document(RawUpdate.block(1, [.item(.string("abcd"))]))
        try document.apply(RawUpdate.block(2, [.item(.string("x"), after: (1, 2), before: (1, 0))]))
        #expect(document.text(of: .root("t")) == "abcdx")
        let state = document.encodeState()
        #expect(try YDocument(state: state).encodeState() == state)
    }
}
