import CofferCore
import CofferTesting
import Synchronization
import Testing

@testable import DialectHeaper

@Suite("Heaper: stamps")
struct StampSourceTests {
    private func draw(_ fixture: HeapFixture, _ stamps: StampSource) async throws -> Int64 {
        try await fixture.database.write { try stamps.next(in: $0) }.milliseconds
    }

    @Test func stampsGrowWithinOneMillisecondAndWithAClockSetBack() async throws {
        try await HeapFixture.run { fixture async throws in
            let first = try await draw(fixture, fixture.stamps)
            #expect(try await draw(fixture, fixture.stamps) == first + 1)
            fixture.clock.advance(by: .seconds(10))
            #expect(try await draw(fixture, fixture.stamps) == fixture.clock.now.milliseconds)
            let restarted = StampSource(clock: ManualClock(Timestamp(milliseconds: 5)))
            #expect(try await draw(fixture, restarted) == fixture.clock.now.milliseconds + 1)
        }
    }

    @Test func failedTransactionKeepsNoStamp() async throws {
        try await HeapFixture.run { fixture async throws in
            let stamps = fixture.stamps
            let before = try await fixture.database.read { try StampSource.newest(in: $0) }
            await #expect(throws: StorageError.full) {
                try await fixture.database.write { session in
                    _ = try stamps.next(in: session)
                    throw StorageError.full
                }
            }
            #expect(try await fixture.database.read { try StampSource.newest(in: $0) } == before)
        }
    }

    @Test func nothingIsStampedUpToATimeThatWasTold() async throws {
        try await HeapFixture.run { fixture async throws in
            fixture.clock.advance(by: .seconds(5))
            let horizon = fixture.stamps.horizon()
            let told = try await fixture.database.snapshot { try horizon.serverTime(in: $0) }
            #expect(told == fixture.clock.now)
            #expect(try await draw(fixture, fixture.stamps) > told.milliseconds)
        }
    }

    @Test func promiseOutlivesARestartWithAClockSetBack() async throws {
        try await HeapFixture.run { fixture async throws in
            fixture.clock.advance(by: .seconds(5))
            _ = fixture.stamps.horizon()
            try await fixture.stamps.keepPromise(in: fixture.database)
            let restarted = StampSource(clock: ManualClock(HeapFixture.start))
            #expect(try await draw(fixture, restarted) > fixture.clock.now.milliseconds)
        }
    }

    /// A reader pages through changes by the times that it is told while writers write: it misses nothing and sees nothing
    /// twice.
    @Test func readerMissesNothingAndRepeatsNothingWhileOthersWrite() async throws {
        try await HeapFixture.run { fixture async throws in
            let stamps = StampSource(clock: SystemWallClock())
            let done = Flag()
            let seen = try await withThrowingTaskGroup(of: [String].self) { group in
                group.addTask { try await Self.follow(fixture, stamps, until: done) }
                try await Self.write(fixture, stamps)
                done.raise()
                return try await group.next() ?? []
            }
            #expect(seen.count == 800)
            #expect(Set(seen).count == 800)
        }
    }

    private static func follow(
        _ fixture: HeapFixture,
        _ stamps: StampSource,
        until done: Flag
    ) async throws -> [String] {
        var (seen, since): ([String], Int64) = ([], 0)
        while true {
            let isLast = done.isUp
            let (horizon, from) = (stamps.horizon(), since)
            let page = try await fixture.database.snapshot { session in
                let time = try horizon.serverTime(in: session)
                let ids = try session.query(
                    "SELECT id FROM heaper_blocks WHERE stamp > \(from) AND id <> 'INDEX' ORDER BY stamp"
                ) { $0.text(0) }
                return (ids, time.milliseconds)
            }
            seen += page.0
            since = page.1
            if isLast { return seen }
        }
    }

    private static func write(_ fixture: HeapFixture, _ stamps: StampSource) async throws {
        let place = fixture.heap
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<8 {
                group.addTask {
                    for number in 0..<100 {
                        let block = BlockID(unchecked: "W\(writer)-\(number)")
                        try await fixture.database.write { session in
                            let stamp = try stamps.next(in: session)
                            try BlockRows.create(block, in: place.heap, owner: place.owner, stamp: stamp, session)
                        }
                    }
                }
            }
            try await group.waitForAll()
        }
    }
}

private final class Flag: Sendable {
    private let state = Mutex(false)

    var isUp: Bool { state.withLock { $0 } }
    func raise() { state.withLock { $0 = true } }
}
