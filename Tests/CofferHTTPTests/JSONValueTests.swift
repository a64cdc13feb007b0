import CofferHTTP
import NIOCore
import Testing

@Suite("JSONValue: encoding")
struct JSONValueEncodingTests {
    private func text(_ value: JSONValue) -> String { String(buffer: value.encoded) }

    @Test func membersKeepTheirOrder() {
        let value: JSONValue = ["z": 1, "a": nil, "m": ["b": true, "a": false], "l": [1, "two", nil]]
        #expect(text(value) == #"{"z":1,"a":null,"m":{"b":true,"a":false},"l":[1,"two",null]}"#)
    }

    @Test(arguments: [
        ("", #""""#), ("plain", #""plain""#), ("a\"b\\c", #""a\"b\\c""#), ("\n\r\t", #""\n\r\t""#),
        ("\u{0}\u{1}\u{8}\u{C}\u{1F}", #""\u0000\u0001\u0008\u000c\u001f""#), ("a/b", #""a/b""#),
        ("Grüße 世界 👋🏽", #""Grüße 世界 👋🏽""#), ("\u{7F}\u{2028}", "\"\u{7F}\u{2028}\""),
    ])
    func onlyWhatMustBeIsEscaped(string: String, encoded: String) {
        #expect(text(.string(string)) == encoded)
        #expect(text(.object([.init(string, 1)])) == "{\(encoded):1}")
    }

    @Test(
        arguments: [
            (.integer(Int64.max), "9223372036854775807"), (.integer(Int64.min), "-9223372036854775808"),
            (.double(1.5), "1.5"),
            (.double(0.1), "0.1"), (.double(.nan), "null"), (.double(.infinity), "null"), (.array([]), "[]"),
            (.object([]), "{}"), (.bool(true), "true"),
        ] as [(JSONValue, String)]
    )
    func valuesHaveOneText(value: JSONValue, encoded: String) {
        #expect(text(value) == encoded)
    }

    @Test func missingValuesAreNull() {
        #expect(JSONValue.string(String?.none) == .null)
        #expect(JSONValue.integer(Int64?.none) == .null)
        #expect(JSONValue.integer(Int64?.some(5)) == .integer(5))
    }

    @Test func lastOfSeveralMembersWins() {
        let value = JSONValue.object([.init("a", 1), .init("a", 2)])
        #expect(value["a"] == 2)
        #expect(value["b"] == nil)
        #expect(JSONValue.array([])["a"] == nil)
    }
}

@Suite("JSONValue: parsing")
struct JSONValueParsingTests {
    private func parse(_ text: String) -> JSONValue? { JSONValue(parsing: ByteBuffer(string: text)) }

    @Test(
        arguments: [
            ("5", .integer(5)), ("1.0", .integer(1)), ("1e3", .integer(1000)), ("-0", .integer(0)),
            ("1.5", .double(1.5)),
            ("9223372036854775807", .integer(Int64.max)), ("-9223372036854775808", .integer(Int64.min)),
            ("9223372036854775808", .double(9_223_372_036_854_775_808)), ("1e300", .double(1e300)),
            ("true", .bool(true)), ("false", .bool(false)), ("null", .null), (#""1""#, .string("1")),
            (#""""#, .string("")), ("[]", .array([])), ("{}", .object([])), (" [ 1 , 2 ] ", .array([1, 2])),
            (#""\ud83d\ude00\n\/""#, .string("😀\n/")), (#"{"a":{"b":[null,true]}}"#, ["a": ["b": [nil, true]]]),
            (#""nul\u0000inside""#, .string("nul\0inside")),
        ] as [(String, JSONValue)]
    )
    func validTextIsItsValue(text: String, value: JSONValue) {
        #expect(parse(text) == value)
    }

    @Test func flagsAndNumbersAreNotMixedUp() {
        #expect(parse("[true,1,0,false]") == [true, 1, 0, false])
        #expect(parse("true") != .integer(1))
        #expect(parse("1") != .bool(true))
    }

    @Test(arguments: [
        "", " ", "{", "[1,", "[1,]x", #"{"a"}"#, "nul", "01", "+1", "NaN", "Infinity", "'a'", "{} {}", #""\x""#,
        "\"a\nb\"",
        "\"unfinished",
    ])
    func invalidTextIsNothing(text: String) {
        #expect(parse(text) == nil)
    }

    @Test(arguments: [[0x22, 0xFF, 0x22], [0x22, 0xC3, 0x22], [0xFF], [0x22, 0xED, 0xA0, 0x80, 0x22]] as [[UInt8]])
    func invalidUTF8IsNothing(bytes: [UInt8]) {
        #expect(JSONValue(parsing: ByteBuffer(bytes: bytes)) == nil)
    }

    @Test(arguments: ["[", "{\"a\":"])
    func deepNestingEndsWithoutACrash(opening: String) {
        let closing = opening == "[" ? "]" : "}"
        let deep = String(repeating: opening, count: 100_000)
        #expect(parse(deep) == nil)
        #expect(parse(deep + "1" + String(repeating: closing, count: 100_000)) == nil)
        let shallow = String(repeating: opening, count: 50) + "1" + String(repeating: closing, count: 50)
        #expect(parse(shallow) != nil)
    }

    @Test func valuesAreCounted() {
        #expect(parse("[" + String(repeating: "1,", count: 99_998) + "1]") != nil)
        #expect(parse("[" + String(repeating: "1,", count: 99_999) + "1]") == nil)
    }

    /// What made Foundation's decoder slow: time must not depend on how deep the values lie.
    @Test func manyNestedNumbersTakeNoTime() {
        let list = "[" + String(repeating: "1,", count: 20_000) + "1]"
        #expect(parse(String(repeating: "[", count: 120) + list + String(repeating: "]", count: 120)) != nil)
    }

    @Test(arguments: [
        #""\ud83d""#, #""\ude00""#, #""\ud83dx""#, #""\ud83d\u0041""#, #""\u12g4""#, #""\u12"#, "[1 2]", "{1:2}", "-",
        "1.", "1e", ".5", "1e999", "[1]]", "tru", "\u{FEFF}1",
    ])
    func malformedTextIsNothing(text: String) {
        #expect(parse(text) == nil)
    }

    @Test func encodedValueIsParsedBack() {
        let value: JSONValue = ["text": "a\"\\\u{1}é😀", "n": -5, "d": .double(2.5), "list": [nil, true, [], "x"]]
        let back = JSONValue(parsing: value.encoded)
        for name in ["text", "n", "d", "list"] { #expect(back?[name] == value[name]) }
    }
}
