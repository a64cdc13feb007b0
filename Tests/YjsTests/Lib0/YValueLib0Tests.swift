import Testing

@testable import Yjs

@Suite("Tagged values")
struct YValueLib0Tests {
    private func bytes(_ value: YValue) -> [UInt8] {
        var encoder = Lib0Encoder()
        encoder.writeAny(value)
        return encoder.bytes
    }

    private static let forms: [(String, YValue)] = [
        ("7f", .undefined), ("7e", .null), ("79", .bool(false)), ("78", .bool(true)), ("7d 00", .number(0)),
        ("7d 41", .number(-1)), ("7d bf ff ff ff 0f", .number(2_147_483_647)),
        ("7d ff ff ff ff 0f", .number(-2_147_483_647)), ("7c 4f000000", .number(2_147_483_648)),
        ("7c cf000000", .number(-2_147_483_648)), ("7c 3fc00000", .number(1.5)),
        ("7b 3fb999999999999a", .number(0.1)), ("7b 41e0000000200000", .number(2_147_483_649)),
        ("7c 7f800000", .number(.infinity)), ("7a ffffffffffffffff", .bigInt(-1)),
        ("7a 7fffffffffffffff", .bigInt(.max)), ("77 00", .string("")), ("77 02 c3a9", .string("é")),
        ("74 02 00ff", .bytes([0, 255])), ("75 00", .array([])), ("75 02 7e 78", .array([.null, .bool(true)])),
        ("76 00", .object([])), ("76 01 01 61 75 01 7d 01", .object([YEntry("a", .array([.number(1)]))])),
    ]

    @Test(arguments: forms)
    func bothWays(_ form: String, _ value: YValue) throws {
        var decoder = Lib0Decoder(hex(form))
        #expect(try decoder.readAny() == value)
        #expect(decoder.isAtEnd)
        #expect(bytes(value) == hex(form))
        var skipper = Lib0Decoder(hex(form))
        try skipper.skipAny()
        #expect(skipper.isAtEnd)
    }

    @Test func longerNumberFormsAreRead() throws {
        for form in ["7d 01", "7c 3f800000", "7b 3ff0000000000000", "7d 81 00"] {
            var decoder = Lib0Decoder(hex(form))
            #expect(try decoder.readAny() == .number(1))
        }
    }

    @Test func negativeZeroAndNaNAreKept() throws {
        #expect(bytes(.number(-0.0)) == hex("7d 40"))
        var decoder = Lib0Decoder(hex("7d 40"))
        guard case .number(let zero) = try decoder.readAny() else { throw YjsError.staleType }
        #expect(zero == 0 && zero.sign == .minus)
        var other = Lib0Decoder(bytes(.number(.nan)))
        #expect(try other.readAny() == .number(.nan))
    }

    private static let malformed: [(String, YjsError)] = [
        ("", .unexpectedEnd(offset: 0)),
        ("73", .invalidTag(0x73, offset: 0)),
        ("80", .invalidTag(0x80, offset: 0)),
        ("00", .invalidTag(0, offset: 0)),
        ("7d", .unexpectedEnd(offset: 1)),
        ("7d ff ff ff ff ff ff ff 7f", .integerTooLarge(offset: 1)),
        ("77 02 61", .countExceedsInput(offset: 1)),
        ("77 01 ff", .invalidUTF8(offset: 2)),
        ("74 03 0000", .countExceedsInput(offset: 1)),
        ("75 02 7e", .countExceedsInput(offset: 1)),
        ("75 02 7e 00", .invalidTag(0, offset: 3)),
        ("75 ff ff ff ff 0f", .countExceedsInput(offset: 1)),
        ("76 01 7e", .countExceedsInput(offset: 1)),
        ("76 01 01 61", .unexpectedEnd(offset: 4)),
        ("76 01 01 ff 7e", .invalidUTF8(offset: 3)),
    ]

    @Test(arguments: malformed)
    func malformedValues(_ form: String, _ error: YjsError) {
        #expect(throws: error) {
            var decoder = Lib0Decoder(hex(form))
            _ = try decoder.readAny()
        }
        #expect(throws: error) {
            var decoder = Lib0Decoder(hex(form))
            try decoder.skipAny()
        }
    }

    @Test(arguments: ["7c 000000", "7b 00000000000000", "7a 00000000000000"])
    func numbersThatEndEarly(_ form: String) {
        let end = hex(form).count
        #expect(throws: YjsError.unexpectedEnd(offset: end)) {
            var decoder = Lib0Decoder(hex(form))
            _ = try decoder.readAny()
        }
        #expect(throws: YjsError.unexpectedEnd(offset: end)) {
            var decoder = Lib0Decoder(hex(form))
            try decoder.skipAny()
        }
    }

    @Test func nestingIsLimited() {
        func nested(_ depth: Int) -> [UInt8] { Array(repeating: [0x75, 0x01], count: depth).flatMap(\.self) + [0x7E] }
        var deepest = Lib0Decoder(nested(64))
        #expect(throws: Never.self) { try deepest.readAny() }
        for depth in [65, 100_000] {
            var reader = Lib0Decoder(nested(depth))
            #expect(throws: YjsError.nestingTooDeep(offset: 128)) { try reader.readAny() }
            var skipper = Lib0Decoder(nested(depth))
            #expect(throws: YjsError.nestingTooDeep(offset: 128)) { try skipper.skipAny() }
        }
    }
}
