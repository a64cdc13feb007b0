import CofferCore
import Testing

@testable import DialectHashdrop

@Suite("Hashdrop: signed links that are kept")
struct SignedLinksTests {
    private let now = Timestamp(milliseconds: 1_700_000_000_000)

    private func key(_ number: Int) -> ObjectKey { ObjectKey(stored: "usrh-x/\(number)") }

    @Test func linkIsFoundUntilAQuarterOfItsLifeIsOver() {
        let links = SignedLinks(life: .seconds(120))
        links.keep("a", of: key(1), at: now)
        #expect(links.find(key(1), at: now.advanced(by: .milliseconds(29_999))) == "a")
        #expect(links.find(key(1), at: now.advanced(by: .seconds(30))) == nil)
        #expect(links.find(key(2), at: now) == nil)
    }

    @Test func forgottenLinkIsNotFound() {
        let links = SignedLinks(life: .seconds(120))
        links.keep("a", of: key(1), at: now)
        links.forget(key(1))
        #expect(links.find(key(1), at: now) == nil)
    }

    @Test func memoryIsBounded() {
        let links = SignedLinks(life: .seconds(120))
        for number in 0..<4096 { links.keep("\(number)", of: key(number), at: now) }
        #expect(links.find(key(0), at: now) == "0")
        links.keep("last", of: key(4096), at: now)
        #expect(links.find(key(4096), at: now) == "last")
        #expect(links.find(key(0), at: now) == nil)
    }
}
