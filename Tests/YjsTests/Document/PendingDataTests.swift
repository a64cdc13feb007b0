import Testing

@testable import Yjs

@Suite("Data that waits")
struct PendingDataTests {
    private func waiting(_ clock: UInt64, _ text: String = "x") -> [UInt8] {
        RawUpdate.block(1, at: clock, [.item(.string(text), after: (1, clock - 1))])
    }

    @Test func structsAreLimited() throws {
        var document = YDocument(limits: YLimits(maxPendingStructs: 3))
        for clock in [2, 4, 6] as [UInt64] { try document.apply(waiting(clock)) }
        let state = document.encodeState()
        #expect(throws: YjsError.pendingTooLarge(limit: 3)) { try document.apply(waiting(8)) }
        #expect(document.encodeState() == state)
        // Duplicates are no new data.
        for clock in [2, 4, 6] as [UInt64] { try document.apply(waiting(clock)) }
        #expect(document.encodeState() == state)
    }

    @Test func bytesAreLimited() throws {
        var document = YDocument(limits: YLimits(maxPendingBytes: 1_000))
        try document.apply(waiting(1, String(repeating: "a", count: 900)))
        #expect(throws: YjsError.pendingTooLarge(limit: 10_000)) {
            try document.apply(waiting(2_000, String(repeating: "a", count: 900)))
        }
    }

    @Test func deletesAreLimited() throws {
        var document = YDocument(limits: YLimits(maxPendingStructs: 3))
        for clock in [1, 3, 5] as [UInt64] { try document.apply(RawUpdate.deleting(1, clock, 1)) }
        #expect(throws: YjsError.pendingTooLarge(limit: 3)) { try document.apply(RawUpdate.deleting(1, 7, 1)) }
        #expect(document.pending.encodedDeletes() == hex("00 01 01 03 01 01 03 01 05 01"))
        try document.apply(RawUpdate.deleting(1, 2, 3))
        #expect(document.pending.encodedDeletes() == hex("00 01 01 01 01 05"))
    }

    @Test func manySmallUpdatesAreMerged() throws {
        var document = YDocument()
        for clock in stride(from: UInt64(600), through: 1, by: -1) {
            try document.apply(waiting(clock))
        }
        #expect(document.pending.updates.count < 100)
        try document.apply(RawUpdate.block(1, [.item(.string("a"))]))
        #expect(document.text(of: .root("t")).count == 601)
        let isWaiting = document.hasPendingData
        #expect(!isWaiting)
    }

    @Test func nothingIsTriedBeforeSomethingMissingArrives() throws {
        var document = try document(waiting(5))
        let change = try document.apply(RawUpdate.block(2, [.item(.string("y"))]))
        #expect(change.isIncomplete)
        #expect(change.inserted == [ClientRange(client: 2, clock: 0, length: 1)])
        let transaction = document.store.begin()
        #expect(!document.pending.mayAdvance(document.store, transaction))
    }
}
