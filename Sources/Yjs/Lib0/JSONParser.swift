/// A reader of JSON text.
struct JSONParser {
    let bytes: [UInt8]
    private var position = 0

    init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// Parses one value that makes up the whole text.
    mutating func parse() throws(YjsError) -> YValue {
        let value = try parseValue(depth: 0)
        skipSpace()
        guard position == bytes.count else { throw .invalidJSON(offset: position) }
        return value
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func skipSpace() {
        while let byte = next, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    private mutating func take(_ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard position + count <= bytes.count else { return false }
        for offset in 0..<count where bytes[position + offset] != word.utf8Start[offset] { return false }
        position += count
        return true
    }

    private mutating func parseValue(depth: Int) throws(YjsError) -> YValue {
        skipSpace()
        guard depth <= YLimits.maxNesting else { throw .nestingTooDeep(offset: position) }
        switch next {
        case UInt8(ascii: "\""): return .string(try parseString())
        case UInt8(ascii: "["): return try parseArray(depth: depth)
        case UInt8(ascii: "{"): return try parseObject(depth: depth)
        case UInt8(ascii: "t") where take("true"): return .bool(true)
        case UInt8(ascii: "f") where take("false"): return .bool(false)
        case UInt8(ascii: "n") where take("null"): return .null
        default: return try parseNumber()
        }
    }

    private mutating func parseArray(depth: Int) throws(YjsError) -> YValue {
        position += 1
        var elements: [YValue] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array([]) }
        while true {
            elements.append(try parseValue(depth: depth + 1))
            skipSpace()
            if take(UInt8(ascii: "]")) { return .array(elements) }
            guard take(UInt8(ascii: ",")) else { throw .invalidJSON(offset: position) }
        }
    }

    private mutating func parseObject(depth: Int) throws(YjsError) -> YValue {
        position += 1
        var entries: [YEntry] = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object([]) }
        while true {
            skipSpace()
            guard next == UInt8(ascii: "\"") else { throw .invalidJSON(offset: position) }
            let key = try parseString()
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw .invalidJSON(offset: position) }
            entries.append(YEntry(key, try parseValue(depth: depth + 1)))
            skipSpace()
            if take(UInt8(ascii: "}")) { return .object(entries) }
            guard take(UInt8(ascii: ",")) else { throw .invalidJSON(offset: position) }
        }
    }

    /// A minus sign, digits without a leading zero, a fraction, an exponent; `Double` alone would accept more.
    private mutating func parseNumber() throws(YjsError) -> YValue {
        let start = position
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try skipDigits() }
        if take(UInt8(ascii: ".")) { try skipDigits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try skipDigits()
        }
        guard let number = Double(String(decoding: bytes[start..<position], as: UTF8.self)) else {
            throw .invalidJSON(offset: start)
        }
        return .number(number)
    }

    private mutating func skipDigits() throws(YjsError) {
        let start = position
        while let byte = next, (0x30...0x39).contains(byte) { position += 1 }
        guard position > start else { throw .invalidJSON(offset: start) }
    }

    private mutating func parseString() throws(YjsError) -> String {
        position += 1
        var units: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: units, as: UTF8.self)
            case UInt8(ascii: "\\"): units += try parseEscape()
            case 0..<0x20: throw .invalidJSON(offset: position - 1)
            default: units.append(byte)
            }
        }
        throw .invalidJSON(offset: position)
    }

    private mutating func parseEscape() throws(YjsError) -> [UInt8] {
        let start = position
        guard let byte = next else { throw .invalidJSON(offset: start) }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "u"):
            var units = [try parseHex()]
            let save = position
            if (0xD800..<0xDC00).contains(units[0]), take("\\u") {
                let low = try parseHex()
                if (0xDC00..<0xE000).contains(low) { units.append(low) } else { position = save }
            }
            return Array(String(decoding: units, as: UTF16.self).utf8)
        default: throw .invalidJSON(offset: start)
        }
    }

    private mutating func parseHex() throws(YjsError) -> UInt16 {
        guard position + 4 <= bytes.count,
            bytes[position..<position + 4].allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }),
            let unit = UInt16(String(decoding: bytes[position..<position + 4], as: UTF8.self), radix: 16)
        else { throw .invalidJSON(offset: position) }
        position += 4
        return unit
    }
}
