import Testing

@testable import Yjs

@Suite("Values")
struct YValueTests {
    @Test func textIsComparedByBytes() {
        #expect(YValue.string("\u{E9}") == .string("\u{E9}"))
        #expect(YValue.string("\u{E9}") != .string("e\u{301}"))
        #expect(YEntry("\u{E9}", .null) != YEntry("e\u{301}", .null))
        #expect(YValue.object([YEntry("\u{E9}", .null)])["e\u{301}"] == nil)
    }

    @Test func numbersAreComparedByValue() {
        #expect(YValue.number(0) == .number(-0.0))
        #expect(YValue.number(.nan) == .number(.nan))
        #expect(YValue.number(1) != .bigInt(1))
    }

    @Test func kindsAreNotMixed() {
        let values: [YValue] = [
            .undefined, .null, .bool(false), .number(0), .bigInt(0), .string(""), .bytes([]), .array([]), .object([]),
        ]
        for (one, left) in values.enumerated() {
            for (other, right) in values.enumerated() { #expect((left == right) == (one == other)) }
        }
    }

    @Test func entriesKeepTheirOrder() {
        let (a, b) = (YEntry("a", .number(1)), YEntry("b", .number(2)))
        #expect(YValue.object([a, b]) != .object([b, a]))
        #expect(YValue.object([a, b])["b"] == .number(2))
        #expect(YValue.object([a, YEntry("a", .null)])["a"] == .null)
        #expect(YValue.array([.null])["a"] == nil)
    }
}
