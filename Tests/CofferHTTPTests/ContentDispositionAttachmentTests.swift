import CofferHTTP
import Testing

@Suite("ContentDisposition: attachment")
struct ContentDispositionAttachmentTests {
    @Test(arguments: [
        "document.pdf", "a b.txt", "it's (1) [x] {y} #1 & ~ + , ; = @ ^ ` ! $.tar.gz", ".profile", "-rf", "..a",
    ])
    func plainNameIsQuotedOnly(_ name: String) {
        #expect(ContentDisposition.attachment(filename: name) == "attachment; filename=\"\(name)\"")
    }

    @Test(arguments: [
        ("grüße.txt", "gr__e.txt", "gr%C3%BC%C3%9Fe.txt"), ("日本.pdf", "__.pdf", "%E6%97%A5%E6%9C%AC.pdf"),
        ("a\"b.txt", "a_b.txt", "a%22b.txt"),
        ("a%41.txt", "a_41.txt", "a%2541.txt"),
        ("../é", ".._" + "_", ".._%C3%A9"),
        ("a\\é/b", "a___b", "a_%C3%A9_b"), ("😀", "_", "%F0%9F%98%80"), ("a'(b)*é", "a'(b)*_", "a%27%28b%29%2A%C3%A9"),
        ("!#$&+-.^_`|~é z", "!#$&+-.^_`|~_ z", "!#$&+-.^_`|~%C3%A9%20z"), ("a\u{A0}b", "a_b", "a%C2%A0b"),
    ])
    func otherNameGetsAFallbackAndAnExtendedForm(name: String, fallback: String, encoded: String) {
        #expect(
            ContentDisposition.attachment(filename: name)
                == "attachment; filename=\"\(fallback)\"; filename*=UTF-8''\(encoded)"
        )
    }

    @Test(arguments: [
        "a\r\nX: y.txt", "a\0X: y.txt", "a\u{7F}X: y.txt", "a\u{85}X: y.txt", "\u{202E}aX: y.txt\u{2066}",
        "\u{FEFF}aX: y.txt",
    ])
    func controlAndFormatCharactersAreRemoved(_ name: String) {
        #expect(ContentDisposition.attachment(filename: name) == "attachment; filename=\"aX: y.txt\"")
    }

    @Test(arguments: ["", " ", "\r\n", "\u{202E}", "\u{2028}\u{2029}", ".", "..", " . "])
    func nameOfWhichNothingIsLeftBecomesDownload(_ name: String) {
        #expect(ContentDisposition.attachment(filename: name) == "attachment; filename=\"download\"")
    }

    @Test func longNameIsCut() {
        let stem = String(repeating: "a", count: 300)
        let cut = String(repeating: "a", count: 251)
        #expect(ContentDisposition.attachment(filename: "\(stem).txt") == "attachment; filename=\"\(cut).txt\"")
        let wide = ContentDisposition.attachment(filename: "\(String(repeating: "é", count: 300)).txt")
        #expect(
            wide.hasPrefix(
                "attachment; filename=\"\(String(repeating: "_", count: 251)).txt\"; filename*=UTF-8''%C3%A9"
            )
        )
    }

    @Test func everyScalarGivesAHeaderValueThatReadsBack() throws {
        for value in UInt32(0)...0x2_FFFF {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let header = ContentDisposition.attachment(filename: "a\(scalar)b")
            #expect(header.utf8.allSatisfy { (0x20...0x7E).contains($0) }, "U+\(String(value, radix: 16))")
            guard value % 7 == 0 || value < 0x300 else { continue }
            let filename = try #require(ContentDisposition(Array(header.utf8))?.filename)
            let kept: Unicode.Scalar = scalar == "/" || scalar == "\\" ? "_" : scalar
            #expect(filename.utf8.elementsEqual(FileName(cleaning: "a\(kept)b").text.utf8))
        }
    }
}
