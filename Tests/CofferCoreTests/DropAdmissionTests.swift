import CofferTesting
import Testing

@testable import CofferCore

@Suite("DropStore: admission")
struct DropAdmissionTests {
    @Test func atStartCountsOnAdmissionAndTheLimitRefusesTheNext() async throws {
        try await DropFixture.run { fixture in
            let drop = try await fixture.makeDrop(limit: 2)
            let first = try #require(try await fixture.drops.admit(drop, slot: 0).admission)
            #expect(try await fixture.slot(of: drop)?.served == 1)
            let second = try #require(try await fixture.drops.admit(drop, slot: 0).admission)
            #expect(try await fixture.drops.admit(drop, slot: 0).isExhausted)
            try await fixture.drops.release(first)
            #expect(try await fixture.drops.admit(drop, slot: 0).isExhausted)
            try await fixture.drops.release(second)
        }
    }

    @Test func lastUseBurnsTheDropAndTheLastReleaseRemovesIt() async throws {
        try await DropFixture.run { fixture in
            let drop = try await fixture.makeDrop(limit: 2)
            let first = try #require(try await fixture.drops.admit(drop, slot: 0).admission)
            let second = try #require(try await fixture.drops.admit(drop, slot: 0).admission)
            #expect(try await fixture.find(drop.id)?.state == .burned)
            try await fixture.drops.release(second)
            #expect(try await fixture.find(drop.id)?.state == .burned)
            #expect(fixture.storedCount == 1)
            try await fixture.drops.release(first)
            #expect(try await fixture.find(drop.id) == nil)
            #expect(try await fixture.rowCount() == 0)
            #expect(try await eventually { fixture.storedCount == 0 })
        }
    }

    @Test func abortedTransferStaysCountedUnlessRefunded() async throws {
        try await DropFixture.run { fixture in
            let drop = try await fixture.makeDrop(limit: 3)
            let kept = try #require(try await fixture.drops.admit(drop, slot: 0).admission)
            try await fixture.drops.release(kept)
            #expect(try await fixture.slot(of: drop)?.served == 1)
            let refunded = try #require(try await fixture.drops.admit(drop, slot: 0).admission)
            try await fixture.drops.release(refunded, refund: true)
            #expect(try await fixture.slot(of: drop)?.served == 1)
            #expect(try await fixture.holds(of: drop) == 0)
        }
    }

    @Test func refundMakesABurnedDropReadyAgain() async throws {
        try await DropFixture.run { fixture in
            let drop = try await fixture.makeDrop(limit: 1)
            let admission = try #require(try await fixture.drops.admit(drop, slot: 0).admission)
            #expect(try await fixture.find(drop.id)?.state == .burned)
            try await fixture.drops.release(admission, refund: true)
            #expect(try await fixture.find(drop.id)?.state == .ready)
            let again = try #require(try await fixture.drops.admit(drop, slot: 0).admission)
            try await fixture.drops.release(again)
            #expect(try await fixture.find(drop.id) == nil)
        }
    }

    @Test func admissionIsSettledOnce() async throws {
        try await DropFixture.run { fixture in
            let drop = try await fixture.makeDrop(limit: 5)
            let one = try #require(try await fixture.drops.admit(drop, slot: 0).admission)
            let two = try #require(try await fixture.drops.admit(drop, slot: 0).admission)
            try await fixture.drops.release(one)
            try await fixture.drops.release(one, refund: true)
            #expect(try await fixture.drops.count(one) == false)
            #expect(try await fixture.slot(of: drop)?.served == 2)
            #expect(try await fixture.holds(of: drop) == 1)
            try await fixture.drops.release(two)
        }
    }

    @Test func atEndHoldsAPlaceAndCountsWhenTheBytesLeave() async throws {
        try await DropFixture.run { fixture in
            let drop = try await fixture.makeDrop(counting: .atEnd, limit: 2)
            let first = try #require(try await fixture.drops.admit(drop, slot: 0).admission)
            let second = try #require(try await fixture.drops.admit(drop, slot: 0).admission)
            #expect(try await fixture.slot(of: drop)?.served == 0)
            #expect(try await fixture.drops.admit(drop, slot: 0).isExhausted)
            try await fixture.drops.release(first)
            let third = try #require(try await fixture.drops.admit(drop, slot: 0).admission)
            #expect(try await fixture.drops.count(second))
            #expect(try await fixture.slot(of: drop)?.served == 1)
            #expect(try await fixture.drops.count(third))
            #expect(try await fixture.find(drop.id) == nil)
            #expect(try await eventually { fixture.storedCount == 0 })
        }
    }

    @Test func countingARemovedDropTellsSo() async throws {
        try await DropFixture.run { fixture in
            let drop = try await fixture.makeDrop(counting: .atEnd, limit: 2)
            let admission = try #require(try await fixture.drops.admit(drop, slot: 0).admission)
            let drops = fixture.drops
            let blobs = try await fixture.database.write { try drops.remove(drop.id, in: $0) }
            await drops.erase(blobs ?? [])
            #expect(try await fixture.drops.count(admission) == false)
            #expect(try await fixture.rowCount() == 0)
        }
    }

    @Test func unlimitedDropHoldsNothingAndCountsEachFinish() async throws {
        try await DropFixture.run { fixture in
            let drop = try await fixture.makeDrop(counting: .atEnd)
            for round in 1...5 as ClosedRange<Int64> {
                let admission = try #require(try await fixture.drops.admit(drop, slot: 0).admission)
                #expect(try await fixture.holds(of: drop) == 0)
                #expect(try await fixture.drops.count(admission))
                #expect(try await fixture.slot(of: drop)?.served == round)
            }
            let given = try #require(try await fixture.drops.admit(drop, slot: 0).admission)
            try await fixture.drops.release(given)
            #expect(try await fixture.slot(of: drop)?.served == 5)
            #expect(try await fixture.find(drop.id)?.state == .ready)
        }
    }

    @Test func pendingDropIsMissing() async throws {
        try await DropFixture.run { fixture in
            let drop = try await fixture.makeDrop(state: .pending, limit: 3)
            #expect(try await fixture.drops.admit(drop, slot: 0).isMissing)
            let unlimited = try await fixture.makeDrop("other", state: .pending)
            #expect(try await fixture.drops.admit(unlimited, slot: 0).isMissing)
        }
    }

    @Test(arguments: [Int64?.none, 3])
    func dropIsMissingFromItsExpiryOn(limit: Int64?) async throws {
        try await DropFixture.run { fixture in
            let drop = try await fixture.makeDrop(limit: limit, expiresIn: .seconds(10))
            fixture.clock.advance(by: .milliseconds(9_999))
            let admission = try #require(try await fixture.drops.admit(drop, slot: 0).admission)
            try await fixture.drops.release(admission)
            fixture.clock.advance(by: .milliseconds(1))
            #expect(try await fixture.drops.admit(drop, slot: 0).isMissing)
        }
    }

    @Test func removedDropIsMissing() async throws {
        try await DropFixture.run { fixture in
            let drop = try await fixture.makeDrop(limit: 3)
            let drops = fixture.drops
            _ = try await fixture.database.write { try drops.remove(drop.id, in: $0) }
            #expect(try await drops.admit(drop, slot: 0).isMissing)
        }
    }

    @Test func burnedDropIsExhaustedWhileItsLastReaderIsThere() async throws {
        try await DropFixture.run { fixture in
            let drop = try await fixture.makeDrop(limit: 1)
            let admission = try #require(try await fixture.drops.admit(drop, slot: 0).admission)
            let burned = try #require(try await fixture.find(drop.id))
            #expect(try await fixture.drops.admit(burned, slot: 0).isExhausted)
            try await fixture.drops.release(admission)
            #expect(try await fixture.drops.admit(burned, slot: 0).isMissing)
        }
    }

    @Test func openedReaderReadsOnAfterTheDropHasGone() async throws {
        try await DropFixture.run { fixture in
            let bytes = patternBytes(300_000)
            let drop = try await fixture.makeDrop(limit: 1, slots: [bytes])
            let slot = try #require(try await fixture.slot(of: drop))
            let opened = try #require(try await fixture.drops.open(slot, of: drop))
            let admission = try #require(opened.result.admission)
            try await fixture.drops.release(admission)
            #expect(try await fixture.rowCount() == 0)
            #expect(try await opened.reader.bytes(0, 300_000) == bytes)
            opened.reader.close()
            #expect(try await eventually { fixture.storedCount == 0 })
        }
    }

    @Test func openingASlotWithoutBytesIsNil() async throws {
        try await DropFixture.run { fixture in
            let drop = try await fixture.makeDrop(limit: 3)
            let slot = DropSlot(index: 0, size: 5, served: 3, holds: 0, blob: nil)
            #expect(try await fixture.drops.open(slot, of: drop) == nil)
        }
    }

    @Test func openingLostBytesCountsNothing() async throws {
        try await DropFixture.run { fixture in
            let drop = try await fixture.makeDrop(limit: 3)
            let slot = try #require(try await fixture.slot(of: drop))
            await fixture.blobs.erase(try #require(slot.blob))
            await #expect(throws: BlobError.missing) { _ = try await fixture.drops.open(slot, of: drop) }
            #expect(try await fixture.slot(of: drop)?.served == 0)
        }
    }
}
