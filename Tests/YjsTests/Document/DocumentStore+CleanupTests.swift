import Testing

@testable import Yjs

@Suite("End of a transaction")
struct DocumentStoreCleanupTests {
    @Test func deletedTextIsForgotten() throws {
        var document = try document(RawUpdate.block(77, [.item(.string("hi"))]))
        try document.apply(RawUpdate.deleting(77, 1, 1))
        #expect(document.encodeState() == hex("01 02 4d 00 04 01 01 74 01 68 81 4d 00 01 01 4d 01 01 01"))
    }

    @Test func aDeletedTreeBecomesDeletedContentAndGC() throws {
        let tree: [RawStruct] = [
            .item(.type(3, name: "title_v0"), in: .root("x")), .item(.type(3, name: "paragraph"), in: .item(77, 0)),
            .item(.type(6), in: .item(77, 1)), .item(.string("ab"), in: .item(77, 2)),
            .item(.any([.null]), in: .item(77, 0), key: "k"),
        ]
        var document = try document(RawUpdate.block(77, tree))
        try document.apply(RawUpdate.deleting(77, 0, 1))
        #expect(document.encodeState() == hex("01 02 4d 00 01 01 01 78 01 00 05 01 4d 01 00 06"))
        #expect(document.store.arena.live == 0)
    }

    @Test func withoutCollectingContentStays() throws {
        var document = try document(RawUpdate.block(77, [.item(.string("hi"))]), collectsGarbage: false)
        try document.apply(RawUpdate.deleting(77, 0, 2))
        #expect(document.encodeState() == hex("01 01 4d 00 04 01 01 74 02 68 69 01 4d 01 00 02"))
        #expect(document.text(of: .root("t")).isEmpty)
    }

    @Test func structsThatArriveAsGCCountAsDeleted() throws {
        var document = try document(RawUpdate.block(1, [.gc(3)]))
        let change = try document.apply(RawUpdate.block(1, at: 3, [.gc(2)]))
        #expect(change.deleted.isEmpty)
        #expect(document.encodeState() == hex("01 01 01 00 00 05 01 01 01 00 05"))
    }

    private func ranges(_ pairs: (UInt64, UInt64)...) -> [ClockRange] {
        pairs.map { ClockRange(clock: $0.0, length: $0.1 - $0.0) }
    }

    @Test func rangesFuseWhereTheyTouch() {
        var list = ranges((0, 2), (4, 6), (8, 9))
        list.add(10, 12)
        #expect(list == ranges((0, 2), (4, 6), (8, 9), (10, 12)))
        list.add(2, 4)
        #expect(list == ranges((0, 6), (8, 9), (10, 12)))
        list.add(7, 11)
        #expect(list == ranges((0, 6), (7, 12)))
        list.add(3, 5)
        #expect(list == ranges((0, 6), (7, 12)))
        list.add(0, 20)
        #expect(list == ranges((0, 20)))
    }

    @Test func manyRangesAreAddedInOnePass() {
        var list = ranges((0, 2), (10, 12))
        let more = [(1, 1), (2, 3), (8, 2), (20, 1)].map { ClientRange(client: 0, clock: $0.0, length: $0.1) }
        list.add(sorted: more[...])
        #expect(list == ranges((0, 5), (8, 12), (20, 21)))
    }
}
