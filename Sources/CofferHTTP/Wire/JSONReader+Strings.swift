extension JSONReader {
    /// The next string.
    package mutating func string() throws(Malformed) -> String {
        skipBlanks()
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
