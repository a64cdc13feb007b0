import Testing

@testable import DialectHeaper

@Suite("Heaper: text as searches compare it")
struct SearchTextTests {
    @Test(arguments: [
        ("", ""), ("Hello, World!", "hello, world!"), ("ÄRGER", "ärger"), ("A\u{308}rger", "\u{E4}rger"),
        ("Straße", "strasse"), ("STRASSE", "strasse"), ("ẞ", "ss"), ("ΣΊΣΥΦΟΣ", "σίσυφοσ"), ("σίσυφος", "σίσυφοσ"),
        ("\u{1100}\u{1161}", "\u{AC00}"), ("\u{212B}", "\u{E5}"), ("ſ", "s"), ("日本 👨‍👩‍👧", "日本 👨‍👩‍👧"), ("\0", "\0"),
    ])
    func itIsFolded(_ text: String, _ folded: String) {
        #expect(Array(SearchText.folded(text).unicodeScalars) == Array(folded.unicodeScalars))
    }
}
