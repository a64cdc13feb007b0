import CofferCore
import CofferTesting
import Testing

@testable import DialectHeaper

@Suite("Heaper: challenges")
struct ChallengesTests {
    private let clock = ManualClock(HeaperDatabase.start)
    private let random = SystemRandomSource()

    private func key() throws -> AccountKey { try #require(AccountKey(Base58.encode(random.bytes(32)))) }

    private func challenges(_ capacity: Int) -> Challenges {
        Challenges(serverKey: "server", capacity: capacity, clock: clock, random: random)
    }

    @Test func keysThatWaitedLongestMakeRoom() throws {
        let challenges = challenges(10)
        var issued: [(key: AccountKey, text: String)] = []
        for _ in 0..<11 {
            let key = try key()
            issued.append((key, challenges.issue(to: key, email: nil)))
            clock.advance(by: .seconds(1))
        }
        #expect(throws: HeaperError.challengeInvalid) { try challenges.take(issued[0].text, of: issued[0].key) }
        for (key, text) in issued.dropFirst() { #expect(try challenges.take(text, of: key) == nil) }
    }

    @Test func whatIsOverMakesRoomFirst() throws {
        let challenges = challenges(2)
        let (first, second, third) = (try key(), try key(), try key())
        _ = challenges.issue(to: first, email: nil)
        clock.advance(by: .seconds(200))
        let kept = challenges.issue(to: second, email: "a@example.org")
        clock.advance(by: .seconds(100))
        _ = challenges.issue(to: third, email: nil)
        #expect(try challenges.take(kept, of: second) == "a@example.org")
    }

    @Test func everyChallengeIsAnother() throws {
        let challenges = challenges(10)
        let key = try key()
        #expect(Set((0..<5).map { _ in challenges.issue(to: key, email: nil) }).count == 5)
    }
}
