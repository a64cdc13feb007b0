/// A recursive descent over the bytes of one JSON text (RFC 8259), in a time that is proportional to its length.
///
/// Whoever knows what a large text holds reads it member by member and makes no values of it; ``value()`` makes one.
/// Foundation's decoder tells types apart by trying, which costs a hostile client nothing and the server seconds.
package struct JSONReader {
    /// What was read is no JSON, is not UTF-8, nests deeper than 128 levels, or holds more than 100,000 values.
    package struct Malformed: Error {
        package init() {}
    }

    /// What the next value is, by its first byte.
    package enum Kind {
        case object, array, string, other
    }

    private static let maxDepth = 128
    /// Values take many times the memory of their text.
    private static let maxValues = 100_000

    let bytes: UnsafeRawBufferPointer
    var position = 0
    private var depth = 0
    private var values = 0

    /// Reads from bytes that must stay where they are while this is used.
    package init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
    }

    /// Reads a text that must be this and nothing more.
    package mutating func whole<Value>(
        _ body: (inout JSONReader) throws(Malformed) -> Value
    ) throws(Malformed) -> Value {
        let value = try body(&self)
        skipBlanks()
        guard position == bytes.count else { throw Malformed() }
        return value
    }

    /// The kind of the value that comes next.
    package mutating func kind() -> Kind {
        skipBlanks()
        switch next {
        case UInt8(ascii: "{"): return .object
        case UInt8(ascii: "["): return .array
        case UInt8(ascii: "\""): return .string
        default: return .other
        }
    }

    // MARK: Bytes

    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func skipBlanks() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    mutating func expect(_ text: StaticString) throws(Malformed) {
        let count = text.utf8CodeUnitCount
        guard bytes.count - position >= count else { throw Malformed() }
        for offset in 0..<count {
            guard bytes[position + offset] == text.utf8Start[offset] else { throw Malformed() }
        }
        position += count
    }

    // MARK: Values

    /// The next value, whatever it is.
    package mutating func value() throws(Malformed) -> JSONValue {
        values += 1
        guard values <= Self.maxValues else { throw Malformed() }
        switch kind() {
        case .object:
            var members: [JSONValue.Member] = []
            try forEachMember { (name, reader) throws(Malformed) in members.append(.init(name, try reader.value())) }
            return .object(members)
        case .array:
            var values: [JSONValue] = []
            try forEachElement { (reader) throws(Malformed) in values.append(try reader.value()) }
            return .array(values)
        case .string: return .string(try string())
        case .other: return try plainValue()
        }
    }

    private mutating func plainValue() throws(Malformed) -> JSONValue {
        switch next {
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

    /// Passes over the next value without making it.
    package mutating func skipValue() throws(Malformed) {
        switch kind() {
        case .object: try forEachMember { (_, reader) throws(Malformed) in try reader.skipValue() }
        case .array: try forEachElement { (reader) throws(Malformed) in try reader.skipValue() }
        case .string: _ = try string()
        case .other: _ = try plainValue()
        }
    }

    /// Reads an object; `body` must read each member's value.
    package mutating func forEachMember(
        _ body: (_ name: String, inout JSONReader) throws(Malformed) -> Void
    ) throws(Malformed) {
        try begin(UInt8(ascii: "{"))
        if take(UInt8(ascii: "}")) { return end() }
        repeat {
            skipBlanks()
            let name = try string()
            skipBlanks()
            guard take(UInt8(ascii: ":")) else { throw Malformed() }
            try body(name, &self)
            skipBlanks()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "}")) else { throw Malformed() }
        end()
    }

    /// Reads an array; `body` must read each element.
    package mutating func forEachElement(
        _ body: (inout JSONReader) throws(Malformed) -> Void
    ) throws(Malformed) {
        try begin(UInt8(ascii: "["))
        if take(UInt8(ascii: "]")) { return end() }
        repeat {
            try body(&self)
            skipBlanks()
        } while take(UInt8(ascii: ","))
        guard take(UInt8(ascii: "]")) else { throw Malformed() }
        end()
    }

    private mutating func begin(_ bracket: UInt8) throws(Malformed) {
        skipBlanks()
        depth += 1
        guard depth <= Self.maxDepth, take(bracket) else { throw Malformed() }
        skipBlanks()
    }

    private mutating func end() {
        depth -= 1
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
}
