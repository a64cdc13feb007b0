import Testing

@testable import Yjs

@Suite("Deleting")
struct DocumentStoreDeleteTests {
    @Test func bothEndsOfARangeAreCut() throws {
        var document = try document(RawUpdate.block(1, [.item(.string("abcdef"))]))
        let change = try document.apply(RawUpdate.deleting(1, 2, 3))
        #expect(document.text(of: .root("t")) == "abf")
        #expect(change.deleted == [ClientRange(client: 1, clock: 2, length: 3)])
        #expect(document.store.items.count { $0.kind != Item.free } == 3)
    }

    @Test func whatIsDeletedAlreadyIsPassedOver() throws {
        var document = try document(RawUpdate.block(1, [.item(.string("abcdef"))]), RawUpdate.deleting(1, 1, 1))
        let change = try document.apply(RawUpdate.deleting(1, 0, 4))
        #expect(change.deleted.reduce(0) { $0 + $1.length } == 3)
        #expect(document.text(of: .root("t")) == "ef")
        let again = try document.apply(RawUpdate.deleting(1, 0, 4))
        #expect(again.isEmpty)
    }

    @Test func theUnknownPartWaits() throws {
        var document = try document(RawUpdate.block(1, [.item(.string("ab"))]))
        let change = try document.apply(RawUpdate.deleting(1, 1, 3))
        #expect(change.isIncomplete)
        #expect(change.deleted == [ClientRange(client: 1, clock: 1, length: 1)])
        #expect(document.pending.deletes == [ClientRange(client: 1, clock: 2, length: 2)])
        try document.apply(RawUpdate.block(1, at: 2, [.item(.string("cde"), after: (1, 1))]))
        #expect(document.text(of: .root("t")) == "ae")
        let isWaiting = document.hasPendingData
        #expect(!isWaiting)
    }

    @Test func deletingATypeDeletesListAndMap() throws {
        let structs: [RawStruct] = [
            .item(.type(3, name: "p")), .item(.string("a"), in: .item(1, 0)),
            .item(.any([.null]), in: .item(1, 0), key: "k"), .item(.any([.bool(true)]), after: (1, 2)),
            .item(.string("z"), after: (1, 0)),
        ]
        var document = try document(RawUpdate.block(1, structs))
        let change = try document.apply(RawUpdate.deleting(1, 0, 1))
        // The first value of the key was overwritten before.
        let deleted = [(0, 2), (3, 1)].map { ClientRange(client: 1, clock: $0.0, length: $0.1) }
        #expect(change.deleted == deleted)
        #expect(document.text(of: .root("t")) == "z")
    }

    @Test func whatArrivesInADeletedTypeIsDeleted() throws {
        var document = try document(RawUpdate.block(1, [.item(.type(1))]), collectsGarbage: false)
        try document.apply(RawUpdate.deleting(1, 0, 1))
        let change = try document.apply(RawUpdate.block(2, [.item(.any([.null]), in: .item(1, 0), key: "k")]))
        #expect(change.deleted == [ClientRange(client: 2, clock: 0, length: 1)])
    }
}
