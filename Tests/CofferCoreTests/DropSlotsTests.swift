import CofferTesting
import Testing

@testable import CofferCore

@Suite("DropStore: drops of several slots, many readers, crashes")
struct DropSlotsTests {
    @Test(arguments: [Drop.Counting.atStart, .atEnd])
    func usedUpSlotLosesItsBlobAndTheDropDrains(counting: Drop.Counting) async throws {
        try await DropFixture.run { fixture in
            let drop = try await fixture.makeDrop(
                counting: counting,
                limit: 1,
                expiresIn: .seconds(10_000),
                drain: .seconds(60),
                slots: [[1], [2]]
            )
            let admission = try #require(try await fixture.drops.admit(drop, slot: 0).admission)
            switch counting {
            case .atStart: try await fixture.drops.release(admission)
            case .atEnd: try await fixture.drops.count(admission)
            }
            let slot = try #require(try await fixture.slot(0, of: drop))
            #expect(slot.blob == nil)
            #expect(slot.served == 1)
            #expect(slot.size == 1)
            #expect(try await eventually { fixture.storedCount == 1 })
            let after = try #require(try await fixture.find(drop.id))
            #expect(after.state == .ready)
            #expect(after.expiresAt == drop.expiresAt)
            #expect(after.dueAt == fixture.clock.now.advanced(by: .seconds(60)))
            #expect(try await fixture.drops.admit(after, slot: 0).isExhausted)
            let other = try #require(try await fixture.drops.admit(after, slot: 1).admission)
            try await fixture.drops.release(other, refund: true)
        }
    }

    @Test func drainNeverPostponesAnEarlierExpiry() async throws {
        try await DropFixture.run { fixture in
            let drop = try await fixture.makeDrop(
                counting: .atEnd,
                limit: 1,
                expiresIn: .seconds(30),
                drain: .seconds(60),
                slots: [[1], [2]]
            )
            let admission = try #require(try await fixture.drops.admit(drop, slot: 0).admission)
            try await fixture.drops.count(admission)
            #expect(try await fixture.find(drop.id)?.dueAt == drop.expiresAt)
        }
    }

    @Test func dropWithoutDrainKeepsItsDueTime() async throws {
        try await DropFixture.run { fixture in
            let drop = try await fixture.makeDrop(counting: .atEnd, limit: 1, slots: [[1], [2]])
            let admission = try #require(try await fixture.drops.admit(drop, slot: 0).admission)
            try await fixture.drops.count(admission)
            let after = try #require(try await fixture.find(drop.id))
            #expect(after.dueAt == nil)
        }
    }

    @Test func dropGoesWhenItsLastSlotIsUsedUp() async throws {
        try await DropFixture.run { fixture in
            let drop = try await fixture.makeDrop(counting: .atEnd, limit: 1, slots: [[1], [2], [3]])
            for slot in [1, 0, 2] as [Int64] {
                #expect(try await fixture.find(drop.id)?.state == .ready)
                let admission = try #require(try await fixture.drops.admit(drop, slot: slot).admission)
                #expect(try await fixture.drops.count(admission))
            }
            #expect(try await fixture.rowCount() == 0)
            #expect(try await eventually { fixture.storedCount == 0 })
        }
    }

    @Test(arguments: [Drop.Counting.atStart, .atEnd])
    func roomOfASlotIsWhatAdmissionSays(counting: Drop.Counting) async throws {
        try await DropFixture.run { fixture in
            let drop = try await fixture.makeDrop(counting: counting, limit: 2)
            var held: [Admission] = []
            for room in [true, true, false] {
                #expect(try await fixture.slot(of: drop)?.hasRoom(in: drop) == room)
                let admission = try await fixture.drops.admit(drop, slot: 0).admission
                #expect((admission != nil) == room)
                if let admission { held.append(admission) }
            }
            for admission in held { try await fixture.drops.release(admission, refund: true) }
            #expect(try await fixture.slot(of: drop)?.hasRoom(in: drop) == true)
            let unlimited = try await fixture.makeDrop("unlimited", counting: counting)
            #expect(try await fixture.slot(of: unlimited)?.hasRoom(in: unlimited) == true)
        }
    }

    @Test func twoHundredTasksGetExactlyTheLimitAtStart() async throws {
        try await DropFixture.run { fixture in
            let drop = try await fixture.makeDrop(limit: 5)
            let admissions = try await withThrowingTaskGroup(of: AdmissionResult.self) { group in
                for _ in 0..<200 { group.addTask { try await fixture.drops.admit(drop, slot: 0) } }
                return try await group.reduce(into: [Admission]()) { admitted, result in
                    if let admission = result.admission { admitted.append(admission) }
                }
            }
            #expect(admissions.count == 5)
            #expect(try await fixture.slot(of: drop)?.served == 5)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for admission in admissions { group.addTask { try await fixture.drops.release(admission) } }
                try await group.waitForAll()
            }
            #expect(try await fixture.rowCount() == 0)
            #expect(try await eventually { fixture.storedCount == 0 })
        }
    }

    @Test func twoHundredTasksCountExactlyTheLimitAtEnd() async throws {
        try await DropFixture.run { fixture in
            let drop = try await fixture.makeDrop(counting: .atEnd, limit: 5)
            let counted = try await withThrowingTaskGroup(of: Bool.self) { group in
                for index in 0..<200 {
                    group.addTask {
                        guard let admission = try await fixture.drops.admit(drop, slot: 0).admission else {
                            return false
                        }
                        if index.isMultiple(of: 2) { return try await fixture.drops.count(admission) }
                        try await fixture.drops.release(admission)
                        return false
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(counted <= 5)
            var rest = 0
            while let admission = try await fixture.drops.admit(drop, slot: 0).admission {
                #expect(try await fixture.drops.count(admission))
                rest += 1
            }
            #expect(counted + rest == 5)
            #expect(try await fixture.rowCount() == 0)
        }
    }

    @Test func refundsUnderLoadGiveEveryPlaceBackOnce() async throws {
        try await DropFixture.run { fixture in
            let drop = try await fixture.makeDrop(limit: 3)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<200 {
                    group.addTask {
                        guard let admission = try await fixture.drops.admit(drop, slot: 0).admission else { return }
                        try await fixture.drops.release(admission, refund: true)
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await fixture.slot(of: drop)?.served == 0)
            #expect(try await fixture.holds(of: drop) == 0)
            #expect(try await fixture.find(drop.id)?.state == .ready)
        }
    }

    @Test func placesOfACrashedProcessComeFree() async throws {
        try await DropFixture.run { fixture in
            let atEnd = try await fixture.makeDrop("end", counting: .atEnd, limit: 1)
            let atStart = try await fixture.makeDrop("start", limit: 2)
            let held = [
                try #require(try await fixture.drops.admit(atEnd, slot: 0).admission),
                try #require(try await fixture.drops.admit(atStart, slot: 0).admission),
            ]
            #expect(try await fixture.drops.admit(atEnd, slot: 0).isExhausted)
            try await fixture.drops.forgetReaders()
            #expect(try await fixture.holds(of: atEnd) == 0)
            #expect(try await fixture.holds(of: atStart) == 0)
            #expect(try await fixture.slot(of: atStart)?.served == 1)
            let again = try #require(try await fixture.drops.admit(atEnd, slot: 0).admission)
            try await fixture.drops.release(again)
            withExtendedLifetime(held) {}
        }
    }

    @Test func burnedDropOfACrashedProcessIsRemoved() async throws {
        try await DropFixture.run { fixture in
            let drop = try await fixture.makeDrop(limit: 1)
            let stays = try await fixture.makeDrop("stays", limit: 1)
            let held = try #require(try await fixture.drops.admit(drop, slot: 0).admission)
            try await fixture.drops.forgetReaders()
            #expect(try await fixture.find(drop.id) == nil)
            #expect(try await fixture.find(stays.id)?.state == .ready)
            #expect(fixture.storedCount == 1)
            withExtendedLifetime(held) {}
        }
    }
}
