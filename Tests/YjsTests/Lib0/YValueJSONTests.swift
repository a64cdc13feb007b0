import Testing

@testable import Yjs

@Suite("Writing JSON text")
struct YValueJSONTests {
    private static let values: [(YValue, String)] = [
        (.undefined, "null"), (.null, "null"), (.bool(true), "true"), (.bigInt(-7), "-7"),
        (.bytes([1, 255]), "[1,255]"), (.array([]), "[]"), (.array([.undefined, .number(1)]), "[null,1]"),
        (.object([YEntry("a", .undefined), YEntry("b", .null)]), #"{"b":null}"#),
        (.string("\"\\\n\r\t\u{8}\u{C}\u{1}/é𝄞\u{7F}"), #""\"\\\n\r\t\b\f\u0001/é𝄞"# + "\u{7F}\""),
    ]

    @Test(arguments: values)
    func textOfValues(_ value: YValue, _ text: String) {
        #expect(value.jsonText == text)
    }

    /// As `String(number)` gives in JavaScript.
    private static let numbers: [(Double, String)] = [
        (0, "0"), (-0.0, "0"), (1, "1"), (-1.5, "-1.5"), (0.1, "0.1"), (1e20, "100000000000000000000"), (1e21, "1e+21"),
        (1.5e21, "1.5e+21"), (123_456_789_012_345_683_968, "123456789012345680000"), (-1e21, "-1e+21"),
        (1e-6, "0.000001"),
        (1e-7, "1e-7"), (1.5e-7, "1.5e-7"), (-1.25e-6, "-0.00000125"), (Double.leastNonzeroMagnitude, "5e-324"),
        (1.7976931348623157e308, "1.7976931348623157e+308"), (9_007_199_254_740_991, "9007199254740991"),
        (9_007_199_254_740_992, "9007199254740992"), (1e16, "10000000000000000"),
        (12_345_678_901_234_568, "12345678901234568"),
        (0.00001234, "0.00001234"), (.nan, "null"), (.infinity, "null"), (-.infinity, "null"),
    ]

    @Test(arguments: numbers)
    func numbersAsInJavaScript(_ number: Double, _ text: String) {
        #expect(YValue.number(number).jsonText == text)
    }

    @Test func numbersSurviveTheirText() throws {
        for exponent in stride(from: -300.0, through: 300, by: 7) {
            let number = 1.2345678901234567 * Double.pow(10, exponent)
            #expect(try YValue(json: YValue.number(number).jsonText) == .number(number))
        }
    }
}

extension Double {
    fileprivate static func pow(_ base: Double, _ exponent: Double) -> Double {
        var result = 1.0
        for _ in 0..<Int(exponent.magnitude) { result *= base }
        return exponent < 0 ? 1 / result : result
    }
}
