import CofferTesting
import Foundation
import Testing

@testable import CofferCore

@Suite("Sweeper")
struct SweeperTests {
    /// Runs a sweeper beside the body and stops it afterwards.
    private func running(
        _ sweeper: Sweeper,
        _ body: @Sendable () async throws -> Void
    ) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await sweeper.run() }
            try await body()
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    @Test func dropGoesAtItsDueTimeAndNotBefore() async throws {
        try await DropFixture.run { fixture in
            let drop = try await fixture.makeDrop(expiresIn: .seconds(30))
            try await running(fixture.sweeper()) { () async throws in
                fixture.clock.advance(by: .milliseconds(29_999))
                try await Task.sleep(for: .milliseconds(50))
                #expect(try await fixture.find(drop.id) != nil)
                fixture.clock.advance(by: .milliseconds(1))
                #expect(try await eventually { try await fixture.find(drop.id) == nil })
                #expect(try await eventually { fixture.storedCount == 0 })
            }
        }
    }

    @Test func earlierDropWakesASweeperThatWaits() async throws {
        try await DropFixture.run { fixture in
            let late = try await fixture.makeDrop("late", expiresIn: .seconds(50))
            try await running(fixture.sweeper()) { () async throws in
                try await Task.sleep(for: .milliseconds(50))
                let early = try await fixture.makeDrop("early", expiresIn: .seconds(5))
                try await Task.sleep(for: .milliseconds(50))
                fixture.clock.advance(by: .seconds(5))
                #expect(try await eventually { try await fixture.find(early.id) == nil })
                #expect(try await fixture.find(late.id) != nil)
            }
        }
    }

    @Test func earlierDropWakesASweeperThatHasSweptBefore() async throws {
        try await DropFixture.run { fixture in
            let first = try await fixture.makeDrop("first", expiresIn: .seconds(5))
            try await running(fixture.sweeper()) { () async throws in
                fixture.clock.advance(by: .seconds(5))
                #expect(try await eventually { try await fixture.find(first.id) == nil })
                try await Task.sleep(for: .milliseconds(50))
                let second = try await fixture.makeDrop("second", expiresIn: .seconds(5))
                try await Task.sleep(for: .milliseconds(50))
                fixture.clock.advance(by: .seconds(5))
                #expect(try await eventually { try await fixture.find(second.id) == nil })
            }
        }
    }

    @Test func sweeperSleepsBetweenItsRounds() async throws {
        try await DropFixture.run { fixture in
            let first = try await fixture.makeDrop("first", expiresIn: .seconds(5))
            let counting = CountingClock(fixture.clock)
            let sweeper = Sweeper(
                drops: fixture.drops,
                clock: counting,
                timing: .init(),
                logger: silentLogger,
                forgetDeletedRows: {}
            )
            try await running(sweeper) { () async throws in
                fixture.clock.advance(by: .seconds(5))
                #expect(try await eventually { try await fixture.find(first.id) == nil })
                try await Task.sleep(for: .milliseconds(100))
                let before = counting.looks
                try await Task.sleep(for: .milliseconds(500))
                #expect(counting.looks - before < 20)
            }
        }
    }

    @Test func moreDropsThanOneBatchGoInOneSweep() async throws {
        try await DropFixture.run { fixture in
            let drops = fixture.drops
            let now = fixture.clock.now
            try await fixture.database.write { session in
                for index in 0..<450 {
                    let new = NewDrop(
                        id: DropID(random: SystemRandomSource()),
                        name: DropName(space: "test", text: "\(index)"),
                        state: .ready,
                        counting: .atStart,
                        createdAt: now,
                        expiresAt: now,
                        dueAt: now,
                        maxDownloads: nil
                    )
                    _ = try drops.insert(new, in: session)
                }
            }
            try await fixture.sweeper().sweep()
            #expect(try await fixture.rowCount() == 0)
        }
    }

    @Test(arguments: [Drop.Counting.atStart, .atEnd])
    func abandonedAdmissionIsReleasedAndRefunded(counting: Drop.Counting) async throws {
        try await DropFixture.run { fixture in
            let drop = try await fixture.makeDrop(counting: counting, limit: 1)
            try await running(fixture.sweeper()) { () async throws in
                do {
                    let admission = try #require(try await fixture.drops.admit(drop, slot: 0).admission)
                    #expect(admission.slot == 0)
                }
                #expect(try await eventually { try await fixture.holds(of: drop) == 0 })
                #expect(try await fixture.slot(of: drop)?.served == 0)
                #expect(try await fixture.find(drop.id)?.state == .ready)
            }
        }
    }

    @Test func admissionAbandonedBeforeTheSweeperRunsIsReleasedToo() async throws {
        try await DropFixture.run { fixture in
            let drop = try await fixture.makeDrop(limit: 1)
            _ = try await fixture.drops.admit(drop, slot: 0)
            #expect(try await fixture.holds(of: drop) == 1)
            try await running(fixture.sweeper()) { () async throws in
                #expect(try await eventually { try await fixture.holds(of: drop) == 0 })
            }
        }
    }

    @Test func bytesWithoutARowGoAtStartHoweverYoung() async throws {
        try await DropFixture.run { fixture in
            let kept = try await fixture.makeDrop()
            _ = try await fixture.blobs.stage([9, 9, 9])
            #expect(fixture.storedCount == 2)
            fixture.clock.advance(by: .seconds(3600))
            try await running(fixture.sweeper()) { () async throws in
                #expect(try await eventually { fixture.storedCount == 1 })
                #expect(try await fixture.slot(of: kept)?.blob != nil)
            }
        }
    }

    @Test func youngBytesWithoutARowOutliveReconciling() async throws {
        try await DropFixture.run { fixture in
            var timing = Sweeper.Timing()
            timing.orphanAge = .seconds(900)
            let sweeper = fixture.sweeper(timing)
            _ = try await fixture.blobs.stage([9, 9, 9])
            fixture.clock.advance(by: .seconds(800))
            try await sweeper.reconcile()
            #expect(fixture.storedCount == 1)
            fixture.clock.advance(by: .seconds(200))
            try await sweeper.reconcile()
            #expect(fixture.storedCount == 0)
        }
    }

    @Test func heartbeatFollowsTheClock() async throws {
        try await DropFixture.run { fixture in
            let sweeper = fixture.sweeper()
            #expect(sweeper.lastBeat == nil)
            try await running(sweeper) { () async throws in
                #expect(try await eventually { sweeper.lastBeat == fixture.clock.now })
                fixture.clock.advance(by: .seconds(60))
                #expect(try await eventually { sweeper.lastBeat == fixture.clock.now })
            }
        }
    }

    @Test func recoverRemovesBurnedDropsOfAnEarlierProcess() async throws {
        try await DropFixture.run { fixture in
            let drop = try await fixture.makeDrop(limit: 1)
            let held = try #require(try await fixture.drops.admit(drop, slot: 0).admission)
            try await fixture.sweeper().recover()
            #expect(try await fixture.rowCount() == 0)
            withExtendedLifetime(held) {}
        }
    }

    @Test func deletedKeysAreForgottenByTheNextBeats() async throws {
        try await DropFixture.run { fixture in
            let drop = try await fixture.makeDrop(expiresIn: .seconds(5))
            let key = try #require(try await fixture.slot(of: drop)?.blob?.seal).bytes
            try await running(fixture.sweeper()) { () async throws in
                fixture.clock.advance(by: .seconds(5))
                #expect(try await eventually { try await fixture.find(drop.id) == nil })
                #expect(try await eventually { fixture.storedCount == 0 })
                let gone = try await eventually {
                    fixture.clock.advance(by: .seconds(60))
                    return !databaseFiles(in: fixture.directory.path).contains { $0.holds(key) }
                }
                #expect(gone)
            }
        }
    }
}
