package import NIOCore

extension JSONValue {
    /// Parses one JSON text (RFC 8259), in a time that is proportional to its length.
    ///
    /// A number that is integral and fits 64 bits is an ``integer(_:)``, however it was written (`5`, `5.0`, `5e0`).
    ///
    /// - Returns: nil when the bytes are no JSON, are not UTF-8, nest deeper than 128 levels, or hold more than 100,000
    ///   values, which take many times the memory of their text.
    package init?(parsing bytes: ByteBuffer) {
        let parsed = bytes.withUnsafeReadableBytes { raw -> JSONValue? in
            var parser = JSONParser(raw)
            return try? parser.parse()
        }
        guard let parsed else { return nil }
        self = parsed
    }
}

/// A recursive descent over the bytes of one text.
///
/// Foundation's decoder tells types apart by trying, which costs a hostile client nothing and the server seconds.
private struct JSONParser {
    struct Malformed: Error {}

    private static let maxDepth = 128
    private static let maxValues = 100_000

    private let bytes: UnsafeRawBufferPointer
    private var position = 0
    private var depth = 0
    private var values = 0

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    mutating func parse() throws(Malformed) -> JSONValue {
        let value = try value()
        skipBlanks()
        guard position == bytes.count else { throw Malformed() }
        return value
    }

    // MARK: Bytes

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ text: StaticString) throws(Malformed) {
        let count = text.utf8CodeUnitCount
        guard bytes.count - position >= count else { throw Malformed() }
        for offset in 0..<count {
            guard bytes[position + offset] == text.utf8Start[offset] else { throw Malformed() }
        }
        position += count
    }

    // MARK: Values

    private mutating func value() throws(Malformed) -> JSONValue {
        skipBlanks()
        values += 1
        guard values <= Self.maxValues else { throw Malformed() }
        switch next {
        case UInt8(ascii: "{"): return try nested { (parser) throws(Malformed) in try parser.object() }
        case UInt8(ascii: "["): return try nested { (parser) throws(Malformed) in try parser.array() }
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"):
            try expect("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try expect("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try expect("null")
            return .null
        default: return try number()
        }
    }

    private mutating func nested(
        _ body: (inout JSONParser) throws(Malformed) -> JSONValue
    ) throws(Malformed) -> JSONValue {
        depth += 1
        guard depth <= Self.maxDepth else { throw Malformed() }
        position += 1
        let value = try body(&self)
        depth -= 1
        return value
    }

    private mutating func object() throws(Malformed) -> JSONValue {
        var members: [JSONValue.Member] = []
        skipBlanks()
        if take(UInt8(ascii: "}")) { return .object(members) }
        repeat {
            skipBlanks()
            let name = try string()
            skipBlanks()
            guard take(UInt8(ascii: ":")) else { throw Malformed() }
            members.append(JSONValue.Member(name, try value()))
            skipBlanks()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw Malformed() }
        return .object(members)
    }

    private mutating func array() throws(Malformed) -> JSONValue {
        var values: [JSONValue] = []
        skipBlanks()
        if take(UInt8(ascii: "]")) { return .array(values) }
        repeat {
            values.append(try value())
            skipBlanks()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw Malformed() }
        return .array(values)
    }

    // MARK: Numbers

    private mutating func number() throws(Malformed) -> JSONValue {
        let start = position
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        var isPlain = true
        if take(UInt8(ascii: ".")) {
            try digits()
            isPlain = false
        }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
            isPlain = false
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        if isPlain, let integer = Int64(text) { return .integer(integer) }
        guard let double = Double(text), double.isFinite else { throw Malformed() }
        return Int64(exactly: double).map { .integer($0) } ?? .double(double)
    }

    private mutating func digits() throws(Malformed) {
        let start = position
        while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        guard position > start else { throw Malformed() }
    }

    // MARK: Strings

    private mutating func string() throws(Malformed) -> String {
        guard take(UInt8(ascii: "\"")) else { throw Malformed() }
        let start = position
        while let byte = next, byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { position += 1 }
        if next == UInt8(ascii: "\"") {
            defer { position += 1 }
            return try Self.text(bytes[start..<position])
        }
        return try escapedString(Array(bytes[start..<position]))
    }

    /// The rest of a string that has escapes; `beginning` is what stands before the first of them.
    private mutating func escapedString(_ beginning: [UInt8]) throws(Malformed) -> String {
        var text = beginning
        while let byte = next, byte >= 0x20 {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return try Self.text(text)
            case UInt8(ascii: "\\"): try escape(into: &text)
            default: text.append(byte)
            }
        }
        throw Malformed()
    }

    private mutating func escape(into text: inout [UInt8]) throws(Malformed) {
        guard let letter = next else { throw Malformed() }
        position += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(letter)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text += try Array(String(scalar()).utf8)
        default: throw Malformed()
        }
    }

    /// One `\u` escape, or the two of a surrogate pair; half a pair stands for no character.
    private mutating func scalar() throws(Malformed) -> Unicode.Scalar {
        let unit = try codeUnit()
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard (0xD800..<0xDC00).contains(unit) else { throw Malformed() }
        try expect("\\u")
        let low = try codeUnit()
        guard (0xDC00..<0xE000).contains(low) else { throw Malformed() }
        guard let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00)) else { throw Malformed() }
        return scalar
    }

    private mutating func codeUnit() throws(Malformed) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
                throw Malformed()
            }
            unit = unit << 4 | UInt32(digit)
            position += 1
        }
        return unit
    }

    private static func text(_ bytes: some Sequence<UInt8>) throws(Malformed) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw Malformed() }
        return text
    }
}
