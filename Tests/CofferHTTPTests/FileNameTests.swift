import CofferHTTP
import Testing

@Suite("FileName")
struct FileNameTests {
    @Test(arguments: [
        "report.pdf", "grüße 日本.txt", "😀.png", "a\"b\\c/d%.txt", "", "..", " x ", "e\u{301}.txt", "nul\u{FFFD}",
    ])
    func harmlessNameStaysAsItIs(_ name: String) {
        #expect(FileName(cleaning: name).text.utf8.elementsEqual(name.utf8))
    }

    @Test(arguments: [
        ("a\0b", "ab"), ("a\r\nb\tc", "abc"), ("a\u{1B}[31mb", "a[31mb"), ("a\u{7F}b", "ab"), ("a\u{80}\u{9F}b", "ab"),
        ("exe\u{202E}fdp.x", "exefdp.x"), ("\u{2066}a\u{2069}\u{200E}\u{200F}\u{61C}", "a"),
        ("a\u{2028}b\u{2029}c", "abc"),
        ("\u{FEFF}a\u{200B}b\u{AD}", "ab"), ("\r\n", ""), ("a\u{E0041}b", "ab"),
    ])
    func invisibleCharactersAreRemoved(raw: String, expected: String) {
        #expect(FileName(cleaning: raw).text == expected)
    }

    @Test(arguments: [
        (String(repeating: "a", count: 255), String(repeating: "a", count: 255)),
        (String(repeating: "a", count: 256), String(repeating: "a", count: 255)),
        (String(repeating: "a", count: 300) + ".txt", String(repeating: "a", count: 251) + ".txt"),
        (String(repeating: "a", count: 300) + ".tar.gz", String(repeating: "a", count: 252) + ".gz"),
        ("a." + String(repeating: "x", count: 300), "a." + String(repeating: "x", count: 253)),
        (String(repeating: "é", count: 300) + ".日本", String(repeating: "é", count: 252) + ".日本"),
        (String(repeating: ".", count: 300), String(repeating: ".", count: 255)),
        (String(repeating: "\0", count: 300) + "a.txt", "a.txt"),
    ])
    func longNameIsCutBeforeItsExtension(raw: String, expected: String) {
        #expect(FileName(cleaning: raw).text == expected)
    }

    @Test func cutFallsBetweenWholeCharacters() {
        let text = FileName(cleaning: String(repeating: "e\u{301}", count: 300) + ".txt").text
        #expect(text.unicodeScalars.count == 254)
        #expect(text.utf8.elementsEqual((String(repeating: "e\u{301}", count: 125) + ".txt").utf8))
    }

    @Test func singleCharacterThatIsTooLongIsCutInside() {
        let text = FileName(cleaning: "e" + String(repeating: "\u{301}", count: 1000) + ".txt").text
        #expect(text.unicodeScalars.count == 255)
        #expect(text.hasSuffix(".txt"))
    }
}
