import CofferHTTP
import Testing

@testable import DialectHeaper

@Suite("Heaper: markers")
struct MarkerTests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("2023-11-14T22:13:20.123Z", 1_700_000_000_123),
        ("2023-11-14t22:13:20.1z", 1_700_000_000_100), ("2023-11-15T00:13:20.123999+02:00", 1_700_000_000_123),
        ("2000-02-29T12:00:00-01:30", 951_831_000_000),
    ])
    func timesAreRead(_ text: String, _ milliseconds: Int64) {
        #expect(Marker.stamp(.string(text)) == milliseconds)
    }

    @Test(arguments: [
        "", "2023-13-01T00:00:00Z", "2023-11-14T24:00:00Z", "2023-11-14T22:13:20", "2023-11-14T22:13:20.Z",
        "2023-11-14T22:13:20+0200", "+023-11-14T22:13:20Z",
    ])
    func otherTextIsNoTime(_ text: String) {
        #expect(Marker.stamp(.string(text)) == 0)
    }

    @Test func numbersAreStampsAndTheRestIsTheBeginning() {
        #expect(Marker.stamp(1_700_000_000_000) == 1_700_000_000_000)
        #expect(Marker.stamp("1700000000000") == 1_700_000_000_000)
        #expect(Marker.stamp(.double(7.5)) == 7)
        for value in [nil, .null, "x", -5, [], "nan", "1e300"] as [JSONValue?] { #expect(Marker.stamp(value) == 0) }
    }

    @Test func cursorsComeBackAsTheyWere() throws {
        let cursor = BlockCursor(key: "a\nb ü", id: "BLOCK")
        #expect(BlockCursor(cursor.text) == cursor)
        #expect(BlockCursor("") == nil)
        #expect(BlockCursor("AAAA") == nil)
    }
}
