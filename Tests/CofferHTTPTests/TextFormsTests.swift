import CofferCore
import CofferHTTP
import Testing

@Suite("PercentEncoding")
struct PercentEncodingTests {
    @Test(arguments: [
        ("", ""), ("abc", "abc"), ("%41", "A"), ("%41%42", "AB"), ("a%2fb%2Fc", "a/b/c"), ("100%", "100%"),
        ("%4", "%4"),
        ("%zz", "%zz"), ("%%41", "%A"), ("%C3%A9", "é"), ("a+b", "a+b"), ("%2541", "%41"), ("%+1", "%+1"),
        ("%00", "\0"),
    ])
    func escapesAreDecodedAndTheRestStays(text: String, decoded: String) {
        #expect(String(decoding: PercentEncoding.decode(text.utf8), as: UTF8.self) == decoded)
    }

    @Test func everyByteIsDecoded() {
        let all = (0...255).map { UInt8($0) }
        let text = all.map { "%" + Hex.encode([$0]) }.joined()
        #expect(PercentEncoding.decode(text.utf8) == all)
        #expect(PercentEncoding.decode(text.uppercased().utf8) == all)
    }
}

@Suite("FormURLEncoded")
struct FormURLEncodedTests {
    private func fields(_ text: String) -> [String] { FormURLEncoded(text).fields.map { "\($0.name)=\($0.value)" } }

    @Test(arguments: [
        ("", []), ("a=1", ["a=1"]), ("a=1&b=2", ["a=1", "b=2"]), ("&&a=1&&", ["a=1"]), ("a", ["a="]), ("a=", ["a="]),
        ("=x", ["=x"]), ("a=b=c", ["a=b=c"]), ("a+b=c+d", ["a b=c d"]), ("a%26b=%3D%2B", ["a&b==+"]),
        ("x=%C3%A9", ["x=é"]), ("x=%FF", ["x=\u{FFFD}"]), ("a=1;b=2", ["a=1;b=2"]), ("a=%", ["a=%"]),
    ])
    func fieldsComeInTheirOrder(text: String, expected: [String]) {
        #expect(fields(text) == expected)
    }

    @Test func firstAndAllOfOneName() {
        let form = FormURLEncoded("a=1&b=2&a=3&A=4")
        #expect(form.first("a") == "1")
        #expect(form.all("a") == ["1", "3"])
        #expect(form.first("c") == nil)
        #expect(form.all("c") == [])
    }

    @Test func canonicallyEqualNamesAreTwoNames() {
        let form = FormURLEncoded("\u{E9}=1&e\u{301}=2")
        #expect(form.all("\u{E9}") == ["1"])
        #expect(form.all("e\u{301}") == ["2"])
    }
}

@Suite("UUIDText")
struct UUIDTextTests {
    /// Gives the same bytes every time.
    private struct FixedSource: RandomSource {
        let byte: UInt8
        func bytes(_ count: Int) -> [UInt8] { [UInt8](repeating: byte, count: count) }
        func number(below bound: Int) -> Int { 0 }
    }

    @Test(
        arguments: [
            (0, "00000000-0000-4000-8000-000000000000"), (255, "ffffffff-ffff-4fff-bfff-ffffffffffff"),
            (0xA5, "a5a5a5a5-a5a5-45a5-a5a5-a5a5a5a5a5a5"),
        ] as [(UInt8, String)]
    )
    func versionAndVariantAreSet(byte: UInt8, text: String) {
        #expect(UUIDText.random(FixedSource(byte: byte)) == text)
    }

    @Test func everyOneIsNew() {
        let ids = Set((0..<1000).map { _ in UUIDText.random(SystemRandomSource()) })
        #expect(ids.count == 1000)
        for id in ids {
            #expect(id.wholeMatch(of: /[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/) != nil)
        }
    }
}

@Suite("RequestPath")
struct RequestPathTests {
    @Test(
        arguments: [
            ("/", "/", nil, [""]),
            ("/a/b", "/a/b", nil, ["a", "b"]),
            ("/a/b/", "/a/b/", nil, ["a", "b", ""]),
            ("//a", "//a", nil, ["", "a"]),
            ("/a//b", "/a//b", nil, ["a", "", "b"]),
            ("/a%2Fb/c", "/a%2Fb/c", nil, ["a/b", "c"]),
            ("/%41%zz%", "/%41%zz%", nil, ["A%zz%"]),
            ("/caf%C3%A9/%FF", "/caf%C3%A9/%FF", nil, ["café", "\u{FFFD}"]),
            ("/a?b=c", "/a", "b=c", ["a"]),
            ("/a?", "/a", "", ["a"]),
            ("/a?b?c/d", "/a", "b?c/d", ["a"]),
            ("/a%3Fb", "/a%3Fb", nil, ["a?b"]),
            ("http://host/a/b?q", "/a/b", "q", ["a", "b"]),
            ("http://host", "/", nil, [""]),
            ("http://host?q=/x", "/", "q=/x", [""]),
            ("HTTPS://host:8080/", "/", nil, [""]),
            ("*", "/", nil, [""]),
            ("", "/", nil, [""]),
            ("relative/path", "/", nil, [""]),
            ("/../etc/passwd", "/../etc/passwd", nil, ["..", "etc", "passwd"]),
        ] as [(String, String, String?, [String])]
    )
    func targetIsTakenApart(target: String, raw: String, query: String?, segments: [String]) {
        let path = RequestPath(target)
        #expect(path.raw == raw)
        #expect(path.query == query)
        #expect(path.segments == segments)
    }

    @Test(arguments: [
        ("/api", "/api", true), ("/api/x", "/api", true), ("/api/", "/api", true), ("/apix", "/api", false),
        ("/ap", "/api", false), ("/anything", "/", true), ("/API", "/api", false), ("/api%2Fx", "/api", false),
        ("/openapi.json", "/openapi", false),
    ])
    func prefixEndsAtASlash(path: String, prefix: String, isBelow: Bool) {
        #expect(RequestPath(path).isBelow(prefix) == isBelow)
    }
}
