import CofferHTTP
import Testing

@Suite("RateLimitRule and RateLimit: parsing")
struct RateLimitRuleTests {
    @Test(arguments: [
        ("30/hour", 30, Duration.seconds(3600)),
        ("30 per 1 hour", 30, .seconds(3600)),
        ("30 per hour", 30, .seconds(3600)),
        ("1/second", 1, .seconds(1)),
        ("10/minutes", 10, .seconds(60)),
        ("5 per 2 days", 5, .seconds(172_800)),
        ("7 / 3 MONTHS", 7, .seconds(3 * 2_592_000)),
        (" \t2  PER  1  Year ", 2, .seconds(31_536_000)),
        ("10per5minutes", 10, .seconds(300)),
        ("9223372036854775807/second", Int.max, .seconds(1)),
        ("1 per 1000 years", 1, .seconds(31_536_000_000)),
    ])
    func wellFormedRuleIsRead(text: String, maxHits: Int, window: Duration) throws {
        let rule = try RateLimitRule(parsing: text)
        #expect(rule.maxHits == maxHits)
        #expect(rule.window == window)
    }

    @Test(arguments: [
        "", "hour", "10", "10/", "/hour", "10 hour", "10//hour", "10 per per hour", "10/5/hour", "-1/hour", "1.5/hour",
        "10/-1 hour", "10 per 5", "10 per hour hour", "+1/hour", "1 0/hour", "١/hour", "10/hour 5",
    ])
    func malformedRuleIsNamed(text: String) {
        #expect(throws: RateLimitRuleError.malformed(part: text)) { try RateLimitRule(parsing: text) }
    }

    @Test(arguments: [("0/hour", "0/hour"), ("5 per 0 hours", "5 per 0 hours"), ("1/hour, 0/day", "0/day")])
    func zeroIsRefused(text: String, part: String) {
        #expect(throws: RateLimitRuleError.zero(part: part)) { try RateLimit(parsing: text) }
    }

    @Test(arguments: [
        "9223372036854775808/hour", "1 per 9223372036854775808 seconds", "1 per 9223372036854775807 years",
        "1 per 1001 years",
    ])
    func overflowIsRefused(text: String) {
        #expect(throws: RateLimitRuleError.tooLarge(part: text)) { try RateLimitRule(parsing: text) }
    }

    @Test(arguments: [("5/week", "week"), ("5/hourss", "hourss"), ("5 per 2 s", "s")])
    func unknownUnitIsNamed(text: String, unit: String) {
        #expect(throws: RateLimitRuleError.unknownUnit(unit, part: text)) { try RateLimitRule(parsing: text) }
    }

    @Test(arguments: ["1/second,20/minute,100/day", "1/second; 20/minute ;100/day", " 1/second|20/minute,100/day "])
    func joinedRulesKeepTheirOrder(text: String) throws {
        let limit = try RateLimit(parsing: text)
        #expect(limit.rules.map(\.description) == ["1 per 1 second", "20 per 1 minute", "100 per 1 day"])
    }

    @Test(arguments: ["", "  ", "off", " OFF "])
    func offIsNoLimit(text: String) throws {
        #expect(try RateLimit(parsing: text) == .off)
    }

    @Test(arguments: [
        ("5/hour,", ""), (";5/hour", ""), ("5/hour,,6/day", ""), ("off,5/hour", "off"), ("5/hour|x", "x"),
    ])
    func badPartOfSeveralIsNamed(text: String, part: String) {
        #expect(throws: RateLimitRuleError.malformed(part: part)) { try RateLimit(parsing: text) }
    }

    @Test func rulesOverTheSameTimeKeepTheStrictest() throws {
        let limit = try RateLimit(parsing: "10/minute, 5 per 60 seconds, 100/hour, 5/minute")
        #expect(limit.rules.map(\.description) == ["5 per 60 seconds", "100 per 1 hour"])
    }

    @Test func errorTextQuotesThePart() {
        #expect(throws: RateLimitRuleError.self) { try RateLimit(parsing: "5/hour, 3/week") }
        let text = RateLimitRuleError.unknownUnit("week", part: "3/week").description
        #expect(text == "rate limit \"3/week\": unknown unit \"week\"; use second, minute, hour, day, month or year")
    }
}
