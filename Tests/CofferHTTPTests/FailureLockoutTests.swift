import CofferCore
import CofferHTTP
import CofferTesting
import Testing

@Suite("FailureLockout")
struct FailureLockoutTests {
    private let clock = ManualClock(Timestamp(milliseconds: 0))
    private let store = MemoryCounterStore()
    private let client: ClientAddress

    init() throws {
        client = try #require(ClientAddress("192.0.2.1"))
    }

    private func lockout(max: Int = 10, windowSeconds: Int = 600, blockSeconds: Int = 1800) -> FailureLockout {
        let settings = FailureLockout.Settings(
            maxFailures: max,
            failureWindow: .seconds(windowSeconds),
            blockDuration: .seconds(blockSeconds)
        )
        return FailureLockout(settings, store: store, clock: clock)
    }

    @Test func tenthFailureBlocksAndTheNinthDoesNot() async {
        let lockout = lockout()
        for _ in 0..<9 { #expect(await lockout.recordFailure(by: client, scope: "keys") == nil) }
        #expect(await lockout.block(for: client, scope: "keys") == nil)
        #expect(await lockout.recordFailure(by: client, scope: "keys") == Timestamp(milliseconds: 1_800_000))
        #expect(await lockout.block(for: client, scope: "keys") == Timestamp(milliseconds: 1_800_000))
    }

    @Test func blockEndsAtItsTimeExactly() async {
        let lockout = lockout(max: 1)
        await lockout.recordFailure(by: client, scope: "keys")
        clock.advance(by: .milliseconds(1_799_999))
        let end = await lockout.block(for: client, scope: "keys")
        #expect(end.map(lockout.retryAfterSeconds) == 1)
        clock.advance(by: .milliseconds(1))
        #expect(await lockout.block(for: client, scope: "keys") == nil)
    }

    @Test func eachFailureRenewsTheCounter() async {
        let lockout = lockout(max: 3)
        await lockout.recordFailure(by: client, scope: "keys")
        clock.advance(by: .seconds(599))
        await lockout.recordFailure(by: client, scope: "keys")
        clock.advance(by: .seconds(599))
        #expect(await lockout.recordFailure(by: client, scope: "keys") != nil)
    }

    @Test func counterIsForgottenAfterItsWindow() async {
        let lockout = lockout(max: 2)
        await lockout.recordFailure(by: client, scope: "keys")
        clock.advance(by: .seconds(600))
        #expect(await lockout.recordFailure(by: client, scope: "keys") == nil)
    }

    @Test func failureDuringABlockDoesNotExtendIt() async {
        let lockout = lockout(max: 1)
        await lockout.recordFailure(by: client, scope: "keys")
        clock.advance(by: .seconds(1000))
        #expect(await lockout.recordFailure(by: client, scope: "keys") == Timestamp(milliseconds: 1_800_000))
        #expect(await lockout.block(for: client, scope: "keys") == Timestamp(milliseconds: 1_800_000))
    }

    @Test func failureAfterABlockShorterThanTheWindowBlocksAgain() async {
        let lockout = lockout(max: 3, blockSeconds: 60)
        for _ in 0..<3 { await lockout.recordFailure(by: client, scope: "keys") }
        clock.advance(by: .seconds(60))
        #expect(await lockout.block(for: client, scope: "keys") == nil)
        #expect(await lockout.recordFailure(by: client, scope: "keys") == Timestamp(milliseconds: 120_000))
    }

    @Test func failureAfterABlockLongerThanTheWindowStartsAfresh() async {
        let lockout = lockout(max: 3)
        for _ in 0..<3 { await lockout.recordFailure(by: client, scope: "keys") }
        clock.advance(by: .seconds(1800))
        #expect(await lockout.recordFailure(by: client, scope: "keys") == nil)
    }

    @Test func resetForgetsFailuresAndBlock() async {
        let lockout = lockout(max: 2)
        await lockout.recordFailure(by: client, scope: "file:1")
        await lockout.reset(for: client, scope: "file:1")
        #expect(await lockout.recordFailure(by: client, scope: "file:1") == nil)
        await lockout.recordFailure(by: client, scope: "file:1")
        await lockout.reset(for: client, scope: "file:1")
        #expect(await lockout.block(for: client, scope: "file:1") == nil)
    }

    @Test func clientsAndScopesAreCountedApart() async throws {
        let lockout = lockout(max: 1)
        let other = try #require(ClientAddress("192.0.2.2"))
        await lockout.recordFailure(by: client, scope: "file:1")
        #expect(await lockout.block(for: other, scope: "file:1") == nil)
        #expect(await lockout.block(for: client, scope: "file:2") == nil)
    }

    @Test func rateLimitOfTheSameScopeIsLeftAlone() async throws {
        let limiter = RateLimiter(try RateLimit(parsing: "1 per 600 seconds"), store: store, clock: clock)
        let lockout = lockout(max: 2)
        await limiter.hit("login", by: client)
        #expect(await lockout.recordFailure(by: client, scope: "login") == nil)
        await lockout.reset(for: client, scope: "login")
        #expect(await !limiter.hit("login", by: client).isAllowed)
    }

    @Test func sixtyFourParallelFailuresCountAsSixtyFour() async {
        let (lockout, client) = (lockout(max: 65), client)
        let blocks = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<64 { group.addTask { await lockout.recordFailure(by: client, scope: "keys") != nil } }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(blocks == 0)
        #expect(await lockout.recordFailure(by: client, scope: "keys") != nil)
    }

    @Test func blockStartsWithinParallelFailures() async {
        let (lockout, client) = (lockout(max: 64), client)
        let blocks = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<64 { group.addTask { await lockout.recordFailure(by: client, scope: "keys") != nil } }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(blocks == 1)
    }
}
