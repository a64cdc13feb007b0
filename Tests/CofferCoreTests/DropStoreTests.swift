import CofferTesting
import Testing

@testable import CofferCore

@Suite("DropStore: making and removing")
struct DropStoreTests {
    @Test func insertedDropIsFoundByNameAndByIdAsItWasGiven() async throws {
        try await DropFixture.run { fixture in
            let drop = try await fixture.makeDrop(
                "three-words-here",
                counting: .atEnd,
                limit: 3,
                expiresIn: .seconds(60),
                slots: []
            )
            let table = fixture.drops.table
            let byName = try await fixture.database.read {
                try table.find(DropName(space: "test", text: "three-words-here"), in: $0)
            }
            #expect(byName == drop)
            #expect(try await fixture.find(drop.id) == drop)
            #expect(drop.state == .ready)
            #expect(drop.counting == .atEnd)
            #expect(drop.maxDownloads == 3)
            #expect(drop.createdAt == fixture.clock.now)
            #expect(drop.expiresAt == fixture.clock.now.advanced(by: .seconds(60)))
            #expect(drop.dueAt == drop.expiresAt)
        }
    }

    @Test func takenNameIsRefusedAndTheFirstDropStays() async throws {
        try await DropFixture.run { fixture in
            let first = try await fixture.makeDrop("taken")
            await #expect(throws: StorageError.unavailable("name taken")) { try await fixture.makeDrop("taken") }
            let table = fixture.drops.table
            let found = try await fixture.database.read {
                try table.find(DropName(space: "test", text: "taken"), in: $0)
            }
            #expect(found?.id == first.id)
        }
    }

    @Test func oneNameMayStandInTwoSpaces() async throws {
        try await DropFixture.run { fixture in
            _ = try await fixture.makeDrop("same")
            let drops = fixture.drops
            let new = NewDrop(
                id: DropID(random: SystemRandomSource()),
                name: DropName(space: "other", text: "same"),
                state: .ready,
                counting: .atStart,
                createdAt: fixture.clock.now,
                expiresAt: nil,
                dueAt: nil,
                maxDownloads: nil
            )
            #expect(try await fixture.database.write { try drops.insert(new, in: $0) })
            let found = try await fixture.database.read { session in
                try drops.table.find(DropName(space: "other", text: "same"), in: session)
            }
            #expect(found?.id == new.id)
        }
    }

    @Test func attachedBytesAreReadBack() async throws {
        try await DropFixture.run { fixture in
            let bytes = patternBytes(200_000)
            let drop = try await fixture.makeDrop(slots: [bytes])
            let slot = try #require(try await fixture.slot(of: drop))
            #expect(slot.index == 0)
            #expect(slot.size == 200_000)
            #expect(slot.served == 0)
            #expect(try await fixture.blobs.readAll(try #require(slot.blob)) == bytes)
        }
    }

    @Test func attachingAgainReturnsTheReplacedBlob() async throws {
        try await DropFixture.run { fixture in
            let drop = try await fixture.makeDrop(state: .pending, slots: [[1, 2, 3]])
            let old = try #require(try await fixture.slot(of: drop)?.blob)
            let staged = try await fixture.blobs.stage([4, 5])
            let drops = fixture.drops
            let replaced = try await fixture.database.write {
                try drops.attach(staged, to: drop.id, slot: 0, in: $0)
            }
            #expect(replaced == old)
            await drops.erase([try #require(replaced)])
            let slot = try #require(try await fixture.slot(of: drop))
            #expect(slot.size == 2)
            #expect(slot.blob == staged.blob)
            #expect(try await fixture.blobs.readAll(staged.blob) == [4, 5])
            #expect(fixture.storedCount == 1)
            #expect(try await fixture.rowCount() == 3)
        }
    }

    @Test func makeReadySetsStateAndDueTimeOnce() async throws {
        try await DropFixture.run { fixture in
            let drop = try await fixture.makeDrop(state: .pending, expiresIn: .seconds(100))
            let drops = fixture.drops
            let later = fixture.clock.now.advanced(by: .seconds(1000))
            // Never to an earlier time.
            for due in [later, fixture.clock.now.advanced(by: .seconds(5))] {
                try await fixture.database.write { try drops.postpone(drop.id, until: due, in: $0) }
                #expect(try await fixture.find(drop.id)?.dueAt == later)
            }
            #expect(try await fixture.database.write { try drops.makeReady(drop.id, in: $0) })
            let ready = try await fixture.find(drop.id)
            #expect(ready?.state == .ready)
            #expect(ready?.dueAt == drop.expiresAt)
            #expect(try await !fixture.database.write { try drops.makeReady(drop.id, in: $0) })
        }
    }

    @Test func readyDropIsNotPostponed() async throws {
        try await DropFixture.run { fixture in
            let drop = try await fixture.makeDrop(expiresIn: .seconds(100))
            let drops = fixture.drops
            let later = fixture.clock.now.advanced(by: .seconds(1000))
            try await fixture.database.write { try drops.postpone(drop.id, until: later, in: $0) }
            #expect(try await fixture.find(drop.id)?.dueAt == drop.expiresAt)
        }
    }

    @Test func removingADropReturnsAllItsBlobsAndLeavesNoRow() async throws {
        try await DropFixture.run { fixture in
            let drop = try await fixture.makeDrop(slots: [[1], [2], [3]])
            let drops = fixture.drops
            let blobs = try await fixture.database.write { try drops.remove(drop.id, in: $0) }
            #expect(blobs?.count == 3)
            #expect(try await fixture.rowCount() == 0)
            await drops.erase(blobs ?? [])
            #expect(fixture.storedCount == 0)
            #expect(try await fixture.database.write { try drops.remove(drop.id, in: $0) } == nil)
        }
    }

    @Test func removedSlotsGoWithTheirBlobsAndOthersStay() async throws {
        try await DropFixture.run { fixture in
            let drop = try await fixture.makeDrop(state: .pending, slots: [[1], [2], [3]])
            let drops = fixture.drops
            let blobs = try await fixture.database.write { try drops.removeSlots([0, 2, 9], of: drop.id, in: $0) }
            #expect(blobs.count == 2)
            let indexes = try await fixture.database.read { try drops.table.slotIndexes(of: drop.id, in: $0) }
            #expect(indexes == [1])
        }
    }

    @Test func totalsCountSlotsBytesAndTheLeastServed() async throws {
        try await DropFixture.run { fixture in
            let drop = try await fixture.makeDrop(limit: 5, slots: [[1, 2], [3, 4, 5], []])
            for slot in [0, 1, 1, 2, 2] as [Int64] {
                let admitted = try #require(try await fixture.drops.admit(drop, slot: slot).admission)
                try await fixture.drops.release(admitted)
            }
            let table = fixture.drops.table
            let totals = try await fixture.database.read { try table.totals(of: drop.id, in: $0) }
            #expect(totals == (count: 3, size: 5, leastServed: 1))
            let none = try await fixture.database.read { try table.totals(of: DropID(stored: "none"), in: $0) }
            #expect(none == (count: 0, size: 0, leastServed: 0))
        }
    }

    @Test func failedClaimErasesTheStagedBytes() async throws {
        try await DropFixture.run { fixture in
            let staged = try await fixture.blobs.stage([1, 2, 3])
            #expect(fixture.storedCount == 1)
            await #expect(throws: BlobError.corrupt) {
                try await fixture.drops.claim(staged) { _ in throw BlobError.corrupt }
            }
            #expect(fixture.storedCount == 0)
        }
    }

    @Test func dropOfNoDownloadsIsRefusedByTheSchema() async throws {
        try await DropFixture.run { fixture in
            await #expect(throws: StorageError.self) { try await fixture.makeDrop(limit: 0) }
            let rows = try await fixture.rowCount()
            #expect(rows == 0)
        }
    }
}
