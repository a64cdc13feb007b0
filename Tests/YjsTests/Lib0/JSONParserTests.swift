import Testing

@testable import Yjs

@Suite("Reading JSON text")
struct JSONParserTests {
    private static let values: [(String, YValue)] = [
        ("null", .null), ("true", .bool(true)), ("false", .bool(false)), ("0", .number(0)), ("-0", .number(-0.0)),
        ("12.5e-1", .number(1.25)), ("1E3", .number(1000)), (" [ 1 , 2 ] ", .array([.number(1), .number(2)])),
        ("[]", .array([])), ("{}", .object([])), (#""""#, .string("")), ("\t\n\r 1 ", .number(1)),
        (#"{"a":{"b":[null]}}"#, .object([YEntry("a", .object([YEntry("b", .array([.null]))]))])),
        (#""\"\\\/\b\f\n\r\t\u0041""#, .string("\"\\/\u{8}\u{C}\n\r\tA")),
        (#""\ud834\udd1e""#, .string("\u{1D11E}")), (#""\ud834""#, .string("\u{FFFD}")),
        (#""\ud834\u0041""#, .string("\u{FFFD}A")), (#""\udd1e\ud834""#, .string("\u{FFFD}\u{FFFD}")),
        (#""é€𝄞""#, .string("é€𝄞")),
    ]

    @Test(arguments: values)
    func wellFormedText(_ text: String, _ value: YValue) throws {
        #expect(try YValue(json: text) == value)
    }

    @Test func laterEntriesOfOneNameWin() throws {
        #expect(try YValue(json: #"{"a":1,"a":2}"#)["a"] == .number(2))
    }

    @Test(arguments: [
        "", " ", "nul", "nulls", "tru", "True", "undefined", "NaN", "Infinity", "-", "+1", "01", "1.", ".5", "1e",
        "1e+",
        "--1", "0x10", "1 2", "[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "]", "{", "{\"a\"", "{\"a\":", "{\"a\":1",
        "{\"a\":1,}", "{a:1}", "{\"a\" 1}", "{1:1}", "\"", "\"a", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u12g4\"",
        "\"\\u+123\"", "\"\n\"", "\"\u{1}\"", "'a'", "//", "1//",
    ])
    func malformedText(_ text: String) {
        #expect(throws: YjsError.self) { try YValue(json: text) }
    }

    @Test func nestingIsLimited() throws {
        let nested = { (depth: Int) in String(repeating: "[", count: depth) + String(repeating: "]", count: depth) }
        #expect(throws: Never.self) { try YValue(json: nested(64)) }
        #expect(throws: YjsError.nestingTooDeep(offset: 65)) { try YValue(json: nested(66)) }
        let objects = String(repeating: #"{"a":"#, count: 100_000)
        #expect(throws: YjsError.nestingTooDeep(offset: 325)) { try YValue(json: objects) }
    }
}
