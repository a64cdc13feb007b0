import CofferCore
import Testing

@testable import DialectHeaper

@Suite("Heaper: ULID")
struct ULIDTests {
    @Test func timeComesFirst() {
        let early = ULID.make(at: Timestamp(milliseconds: 1_469_918_176_385), SystemRandomSource())
        let late = ULID.make(at: Timestamp(milliseconds: 1_469_918_176_386), SystemRandomSource())
        #expect(early.hasPrefix("01ARYZ6S41"))
        #expect(early < late)
        #expect(early.utf8.count == 26)
    }
}
