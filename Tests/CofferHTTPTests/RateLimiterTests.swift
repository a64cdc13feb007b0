import CofferCore
import CofferHTTP
import CofferTesting
import Testing

@Suite("RateLimiter")
struct RateLimiterTests {
    private let clock = ManualClock(Timestamp(milliseconds: 1_000_000))
    private let store = MemoryCounterStore()
    private let client: ClientAddress
    private let other: ClientAddress

    init() throws {
        client = try #require(ClientAddress("192.0.2.1"))
        other = try #require(ClientAddress("192.0.2.2"))
    }

    private func limiter(_ rules: String) throws -> RateLimiter {
        RateLimiter(try RateLimit(parsing: rules), store: store, clock: clock)
    }

    @Test func hitsWithinTheLimitAreAllowedAndCountedDown() async throws {
        let limiter = try limiter("3/minute")
        for remaining in [2, 1, 0] {
            let outcome = await limiter.hit("upload", by: client)
            #expect(outcome.isAllowed)
            #expect(outcome.retryAfterSeconds == nil)
            #expect(outcome.quota?.limit == 3)
            #expect(outcome.quota?.remaining == remaining)
            #expect(outcome.quota?.reset == Timestamp(milliseconds: 1_060_000))
        }
    }

    @Test func hitBeyondTheLimitIsRefusedUntilTheWindowEnds() async throws {
        let limiter = try limiter("1/minute")
        await limiter.hit("upload", by: client)
        clock.advance(by: .milliseconds(59_999))
        let refused = await limiter.hit("upload", by: client)
        #expect(!refused.isAllowed)
        #expect(refused.retryAfterSeconds == 1)
        #expect(refused.quota?.remaining == 0)
        #expect(refused.quota?.reset == Timestamp(milliseconds: 1_060_000))
        clock.advance(by: .milliseconds(1))
        let allowed = await limiter.hit("upload", by: client)
        #expect(allowed.isAllowed)
        #expect(allowed.quota?.reset == Timestamp(milliseconds: 1_120_000))
    }

    @Test(arguments: [(0, 60), (1, 60), (999, 60), (1000, 59), (59_000, 1), (59_001, 1)])
    func retryAfterIsRoundedUp(elapsedMilliseconds: Int, seconds: Int) async throws {
        let limiter = try limiter("1/minute")
        await limiter.hit("upload", by: client)
        clock.advance(by: .milliseconds(elapsedMilliseconds))
        #expect(await limiter.hit("upload", by: client).retryAfterSeconds == seconds)
    }

    @Test func clientsAndScopesAreCountedApart() async throws {
        let limiter = try limiter("1/minute")
        await limiter.hit("upload", by: client)
        #expect(await limiter.hit("upload", by: other).isAllowed)
        #expect(await limiter.hit("health", by: client).isAllowed)
        #expect(await limiter.hit("upload", byIdentity: "session").isAllowed)
        #expect(await !limiter.hit("upload", by: client).isAllowed)
    }

    @Test func addressesOfOneIPv6NetworkShareALimit() async throws {
        let limiter = try limiter("1/minute")
        await limiter.hit("upload", by: try #require(ClientAddress("2001:db8::1")))
        #expect(await !limiter.hit("upload", by: try #require(ClientAddress("2001:db8::2"))).isAllowed)
        #expect(await limiter.hit("upload", by: try #require(ClientAddress("2001:db8:0:1::1"))).isAllowed)
    }

    @Test func peekTellsWhetherAHitWouldPassWithoutCounting() async throws {
        let limiter = try limiter("2/minute")
        for _ in 0..<5 { #expect(await limiter.peek("upload", by: client).quota?.remaining == 2) }
        await limiter.hit("upload", by: client)
        #expect(await limiter.peek("upload", by: client).isAllowed)
        await limiter.hit("upload", by: client)
        let over = await limiter.peek("upload", by: client)
        #expect(!over.isAllowed)
        #expect(over.retryAfterSeconds == 60)
        clock.advance(by: .seconds(60))
        #expect(await limiter.peek("upload", by: client).isAllowed)
    }

    @Test func allRulesCountEveryHitRefusedOnesToo() async throws {
        let limiter = try limiter("1/second, 3/minute")
        await limiter.hit("upload", by: client)
        let second = await limiter.hit("upload", by: client)
        #expect(second.quota?.rule.description == "1 per 1 second")
        #expect(second.retryAfterSeconds == 1)
        clock.advance(by: .seconds(1))
        let third = await limiter.hit("upload", by: client)
        #expect(third.isAllowed)
        #expect(third.quota?.remaining == 0)
        clock.advance(by: .seconds(1))
        let fourth = await limiter.hit("upload", by: client)
        #expect(fourth.quota?.rule.description == "3 per 1 minute")
        #expect(fourth.retryAfterSeconds == 58)
    }

    @Test func refusalByTwoRulesReportsTheLongerOne() async throws {
        let limiter = try limiter("1/second, 1/minute")
        await limiter.hit("upload", by: client)
        let refused = await limiter.hit("upload", by: client)
        #expect(refused.quota?.rule.description == "1 per 1 minute")
        #expect(refused.retryAfterSeconds == 60)
    }

    @Test func switchedOffLimitAllowsAllAndStoresNothing() async throws {
        let limiter = try limiter("off")
        for _ in 0..<100 { #expect(await limiter.hit("upload", by: client).isAllowed) }
        #expect(await limiter.peek("upload", by: client).quota == nil)
        #expect(store.entryCount == 0)
    }

    @Test func parallelHitsAdmitExactlyTheLimit() async throws {
        let limiter = try limiter("100/minute")
        let client = client
        let allowed = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<1000 { group.addTask { await limiter.hit("upload", by: client).isAllowed } }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        #expect(allowed == 100)
    }
}
