import Testing

@testable import Yjs

@Suite("Store of structs")
struct DocumentStoreTests {
    @Test func clientsAreOrderedByDescendingID() {
        var store = DocumentStore(collectsGarbage: true)
        for client in [5, 9, 2] as [UInt64] { _ = store.ensureSlot(of: client) }
        #expect(store.ensureSlot(of: 9) == 1)
        store.orderNewClients()
        #expect(store.slotOrder.map { store.clientIDs[$0] } == [9, 5, 2])
        for client in UInt64(20)..<40 { _ = store.ensureSlot(of: client) }
        _ = store.ensureSlot(of: 7)
        store.orderNewClients()
        #expect(store.slotOrder.map { store.clientIDs[$0] } == (20..<40).reversed() + [9, 7, 5, 2])
    }

    @Test func placesOfFreedItemsAreUsedAgain() {
        var store = DocumentStore(collectsGarbage: true)
        let first = store.addItem(Item(clock: 0, length: 1, client: 0, kind: ContentRef.gc))
        let second = store.addItem(Item(clock: 1, length: 1, client: 0, kind: ContentRef.gc))
        let full = store.encodedBound
        store.freeItem(first)
        #expect(store.encodedBound < full)
        #expect(store.addItem(Item(clock: 2, length: 1, client: 0, kind: ContentRef.gc)) == first)
        #expect(store.encodedBound == full)
        #expect(store.addItem(Item(clock: 3, length: 1, client: 0, kind: ContentRef.gc)) == second + 1)
    }

    @Test func aStructIsFoundByAnyOfItsClocks() throws {
        let document = try document(RawUpdate.block(1, [.item(.string("abc")), .item(.string("d"), after: (9, 0))]))
        #expect(document.store.find(YID(client: 1, clock: 0)) == document.store.find(YID(client: 1, clock: 2)))
        #expect(document.store.find(YID(client: 1, clock: 3)) == nil)
        #expect(document.store.find(YID(client: 2, clock: 0)) == nil)
        #expect(document.store.state(of: 1) == 3)
        #expect(document.store.state(of: 2) == 0)
    }

    @Test func rootsAreNamedOnceAndByUTF16() throws {
        var document = YDocument()
        let commit = try document.edit(as: 1) { edit in
            let inner = try edit.setType(.map, forKey: "k", in: .root("\u{FF5E}"))
            try edit.set(.null, forKey: "a", in: inner)
            try edit.setType(.map, forKey: "b", in: inner)
            try edit.insert("x", at: 0, in: .root("😀"))
        }
        #expect(commit.change.roots == ["😀", "\u{FF5E}"])
    }
}
