import CofferTesting
import Testing

@testable import CofferCore

@Suite("Drops that linger, and downloads that are continued")
struct DropLingerTests {
    private static func make(_ fixture: DropFixture, limit: Int64?) async throws -> Drop {
        let now = fixture.clock.now
        let new = NewDrop(
            id: DropID(random: SystemRandomSource()),
            name: DropName(space: "test", text: "lingering"),
            state: .ready,
            counting: .atStart,
            createdAt: now,
            expiresAt: now.advanced(by: .seconds(600)),
            dueAt: now.advanced(by: .seconds(660)),
            maxDownloads: limit,
            linger: .seconds(60)
        )
        let staged = try await fixture.blobs.stage(Array("hello".utf8))
        let drops = fixture.drops
        try await fixture.database.write { session in
            _ = try drops.insert(new, in: session)
            _ = try drops.attach(staged, to: new.id, slot: 0, in: session)
        }
        return try #require(await fixture.find(new.id))
    }

    private static func admit(_ drop: Drop, _ fixture: DropFixture) async throws -> Admission {
        try #require(await fixture.drops.admit(drop, slot: 0).admission)
    }

    @Test func usedUpDropLosesItsBytesAndKeepsItsRecordForAWhile() async throws {
        try await DropFixture.run { fixture async throws in
            let drop = try await Self.make(fixture, limit: 1)
            let admission = try await Self.admit(drop, fixture)
            #expect(admission.served == 1)
            try await fixture.drops.release(admission)
            #expect(try await eventually { fixture.storedCount == 0 })
            #expect(try await fixture.find(drop.id)?.state == .burned)
            fixture.clock.advance(by: .seconds(60))
            try await fixture.sweeper().sweep()
            #expect(try await fixture.find(drop.id) == nil)
        }
    }

    @Test func usedUpDropIsKnownAfterARestart() async throws {
        try await DropFixture.run { fixture async throws in
            let drop = try await Self.make(fixture, limit: 1)
            // Held by a reader when the process ends.
            let admission = try await Self.admit(drop, fixture)
            try await fixture.drops.forgetReaders()
            #expect(try await eventually { fixture.storedCount == 0 })
            #expect(try await fixture.find(drop.id)?.state == .burned)
            #expect(try await fixture.drops.admit(drop, slot: 0).isExhausted)
            fixture.clock.advance(by: .seconds(60))
            try await fixture.sweeper().sweep()
            #expect(try await fixture.find(drop.id) == nil)
            try await fixture.drops.release(admission)
        }
    }

    @Test func expiredDropIsNotReadableButKnown() async throws {
        try await DropFixture.run { fixture async throws in
            let drop = try await Self.make(fixture, limit: 5)
            fixture.clock.advance(by: .seconds(600))
            #expect(try await fixture.drops.admit(drop, slot: 0).isMissing)
            try await fixture.sweeper().sweep()
            #expect(try await fixture.find(drop.id) != nil)
            fixture.clock.advance(by: .seconds(60))
            try await fixture.sweeper().sweep()
            #expect(try await fixture.find(drop.id) == nil)
        }
    }

    @Test func dropWithoutLimitCountsItsReaders() async throws {
        try await DropFixture.run { fixture async throws in
            let drop = try await Self.make(fixture, limit: nil)
            for expected in 1...3 {
                let admission = try await Self.admit(drop, fixture)
                #expect(admission.served == Int64(expected))
                try await fixture.drops.release(admission)
            }
            #expect(try await fixture.slot(of: drop)?.served == 3)
            #expect(try await fixture.holds(of: drop) == 0)
        }
    }

    @Test func interruptedDownloadKeepsTheBytesForTheSameReader() async throws {
        try await DropFixture.run { fixture async throws in
            let drop = try await Self.make(fixture, limit: 1)
            await fixture.drops.interrupt(try await Self.admit(drop, fixture), by: "a", resumableFor: .seconds(300))
            #expect(try await fixture.drops.admit(drop, slot: 0).isExhausted)
            #expect(fixture.drops.resume(drop.id, slot: 0, by: "b") == nil)
            let again = try #require(fixture.drops.resume(drop.id, slot: 0, by: "a"))
            #expect(fixture.drops.resume(drop.id, slot: 0, by: "a") == nil)
            #expect(fixture.storedCount == 1)
            try await fixture.drops.release(again)
            #expect(try await eventually { fixture.storedCount == 0 })
        }
    }

    @Test func interruptedDownloadThatNobodyContinuesEnds() async throws {
        try await DropFixture.run { fixture async throws in
            let drop = try await Self.make(fixture, limit: 1)
            await fixture.drops.interrupt(try await Self.admit(drop, fixture), by: "a", resumableFor: .seconds(300))
            fixture.clock.advance(by: .seconds(300))
            #expect(fixture.drops.resume(drop.id, slot: 0, by: "a") == nil)
            try await fixture.sweeper().sweep()
            #expect(try await eventually { fixture.storedCount == 0 })
            #expect(try await fixture.slot(of: drop)?.served == 1)
        }
    }
}
