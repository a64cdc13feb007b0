import CofferTesting
import Testing

@testable import CofferCore

@Suite("ClientQuota")
struct ClientQuotaTests {
    private static func run(
        limit: Int64 = 100,
        _ body: @escaping @Sendable (DropFixture, ClientQuota) async throws -> Void
    ) async throws {
        try await DropFixture.run { fixture in
            try await fixture.database.migrate(ClientQuota.migrations)
            try await body(fixture, quota(fixture, limit: limit))
        }
    }

    private static func quota(_ fixture: DropFixture, limit: Int64 = 100) -> ClientQuota {
        ClientQuota(
            .init(limit: limit, window: .seconds(3600)),
            scope: "test",
            database: fixture.database,
            clock: fixture.clock,
            random: SystemRandomSource()
        )
    }

    private static func charge(_ bytes: Int64, _ quota: ClientQuota, _ fixture: DropFixture) async throws {
        let reservation = try await quota.reserve(bytes, for: "a")
        try await fixture.database.write { try quota.charge(reservation, in: $0) }
    }

    @Test func reservedBytesCountAsUsedUntilTheyAreReleased() async throws {
        try await Self.run { fixture, quota async throws in
            let reservation = try await quota.reserve(60, for: "a")
            #expect(try await quota.usage(of: "a").remaining == 40)
            #expect(try await quota.usage(of: "b").remaining == 100)
            await quota.release(reservation)
            #expect(try await quota.usage(of: "a").remaining == 100)
        }
    }

    /// On a full disk neither the upload nor what undoes it can be written.
    @Test func whatCouldNotBeReleasedIsReleasedWithTheNext() async throws {
        try await DropFixture.run { fixture async throws in
            try await fixture.database.migrate(ClientQuota.migrations)
            let database = FailingDatabase(fixture.database)
            let quota = ClientQuota(
                .init(limit: 100, window: .seconds(3600)),
                scope: "test",
                database: database,
                clock: fixture.clock,
                random: SystemRandomSource()
            )
            let reservation = try await quota.reserve(60, for: "a")
            database.fail(with: .full)
            await quota.release(reservation)
            #expect(try await quota.usage(of: "a").used == 60)
            database.fail(with: nil)
            try await quota.check(100, for: "a")
            _ = try await quota.reserve(100, for: "a")
            #expect(try await quota.usage(of: "a").used == 100)
        }
    }

    @Test func chargedBytesStayUntilTheWindowEnds() async throws {
        try await Self.run { fixture, quota async throws in
            try await Self.charge(60, quota, fixture)
            #expect(try await quota.usage(of: "a").used == 60)
            #expect(try await quota.usage(of: "a").resetsAt == fixture.clock.now.advanced(by: .seconds(3600)))
            fixture.clock.advance(by: .seconds(3600))
            #expect(try await quota.usage(of: "a").used == 0)
            try await Self.charge(100, quota, fixture)
            #expect(try await quota.usage(of: "a").used == 100)
        }
    }

    @Test func overTheLimitIsRefused() async throws {
        try await Self.run { fixture, quota async throws in
            let end = fixture.clock.now.advanced(by: .seconds(3600))
            try await Self.charge(60, quota, fixture)
            await #expect(throws: ClientQuota.Failure.exceeds(remaining: 40, until: end)) {
                try await quota.reserve(41, for: "a")
            }
            try await Self.charge(40, quota, fixture)
            await #expect(throws: ClientQuota.Failure.usedUp(until: end)) { try await quota.reserve(1, for: "a") }
            await #expect(throws: ClientQuota.Failure.usedUp(until: end)) { try await quota.check(nil, for: "a") }
        }
    }

    @Test func parallelReservationsNeverPassTheLimit() async throws {
        try await Self.run { _, quota async throws in
            let granted = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<50 { group.addTask { (try? await quota.reserve(10, for: "a")) != nil } }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(granted == 10)
        }
    }

    @Test func reservationOfADropGoesWithTheDrop() async throws {
        try await Self.run { fixture, quota async throws in
            let drop = try await fixture.makeDrop(state: .pending)
            _ = try await fixture.database.write { try quota.reserve(70, for: "a", drop: drop.id, in: $0) }
            #expect(try await quota.usage(of: "a").remaining == 30)
            #expect(try await fixture.drops.delete(drop.id))
            #expect(try await quota.usage(of: "a").remaining == 100)
        }
    }

    @Test func reservationsOfAnEarlierProcessAreFreed() async throws {
        try await Self.run { fixture, quota async throws in
            _ = try await quota.reserve(70, for: "a")
            let drop = try await fixture.makeDrop(state: .pending)
            _ = try await fixture.database.write { try quota.reserve(20, for: "a", drop: drop.id, in: $0) }
            let next = Self.quota(fixture)
            try await next.recover()
            #expect(try await next.usage(of: "a").used == 20)
        }
    }

    @Test func everythingIsForgottenWithTheKeyOfTheDay() async throws {
        try await Self.run { fixture, quota async throws in
            try await Self.charge(100, quota, fixture)
            let end = try await quota.forgetOldKey()
            #expect(end == fixture.clock.now.advanced(by: .seconds(3600)))
            fixture.clock.advance(by: .seconds(86_400))
            _ = try await quota.forgetOldKey()
            let rows = try await fixture.database.read { session in
                try session.first(
                    "SELECT (SELECT COUNT(*) FROM quota_keys) + (SELECT COUNT(*) FROM quota_windows)"
                ) { $0.integer(0) }
            }
            #expect(rows == 0)
        }
    }

    @Test func noAddressIsStored() async throws {
        try await Self.run { fixture, quota async throws in
            _ = try await quota.reserve(10, for: "203.0.113.77")
            let clients = try await fixture.database.read { session in
                try session.query("SELECT client FROM quota_windows") { $0.bytes(0) }
            }
            #expect(clients.map(\.count) == [32])
        }
    }

    @Test func quotaThatIsOffReservesNothing() async throws {
        try await Self.run(limit: 0) { _, quota async throws in
            #expect(!quota.isOn)
            #expect(try await quota.reserve(1 << 40, for: "a") == nil)
            try await quota.check(1 << 40, for: "a")
        }
    }
}
