extension YValue {
    /// The value as compact JSON text, as JavaScript would write it.
    ///
    /// `undefined` in an object leaves the entry out and is `null` elsewhere; bytes become a list of numbers and big
    /// integers numbers.
    public var jsonText: String {
        var text = ""
        write(to: &text)
        return text
    }

    private func write(to text: inout String) {
        switch self {
        case .undefined, .null: text += "null"
        case .bool(let isTrue): text += isTrue ? "true" : "false"
        case .number(let number): text += Self.text(of: number)
        case .bigInt(let integer): text += String(integer)
        case .string(let string): Self.write(string, to: &text)
        case .bytes(let bytes): text += "[" + bytes.map { String($0) }.joined(separator: ",") + "]"
        case .array(let elements):
            text += "["
            for (index, element) in elements.enumerated() {
                if index > 0 { text += "," }
                element.write(to: &text)
            }
            text += "]"
        case .object(let entries):
            text += "{"
            var isFirst = true
            for entry in entries where entry.value != .undefined {
                if !isFirst { text += "," }
                isFirst = false
                Self.write(entry.key, to: &text)
                text += ":"
                entry.value.write(to: &text)
            }
            text += "}"
        }
    }

    private static func write(_ string: String, to text: inout String) {
        text += "\""
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{8}": text += "\\b"
            case "\u{C}": text += "\\f"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: text.unicodeScalars.append(scalar)
            }
        }
        text += "\""
    }

    /// A number in JavaScript's notation: digits up to 10^21, then an exponent with its sign.
    private static func text(of number: Double) -> String {
        guard number.isFinite else { return "null" }
        if let integer = Int64(exactly: number), integer.magnitude < 1 << 53 { return String(integer) }
        let shortest = number.description
        guard let mark = shortest.firstIndex(of: "e") else {
            return shortest.hasSuffix(".0") ? String(shortest.dropLast(2)) : shortest
        }
        var digits = shortest[..<mark].filter { $0 != "." && $0 != "-" }
        let sign = number < 0 ? "-" : ""
        guard let exponent = Int(shortest[shortest.index(after: mark)...]) else { return shortest }
        if shortest[..<mark].hasSuffix(".0") { digits.removeLast() }
        if exponent >= 0, exponent < 21 {
            let missing = exponent + 1 - digits.count
            if missing >= 0 { return sign + digits + String(repeating: "0", count: missing) }
            return sign + digits.prefix(exponent + 1) + "." + digits.dropFirst(exponent + 1)
        }
        if exponent < 0, exponent >= -6 {
            return sign + "0." + String(repeating: "0", count: -exponent - 1) + digits
        }
        let fraction = digits.dropFirst().isEmpty ? "" : "." + digits.dropFirst()
        return sign + digits.prefix(1) + fraction + (exponent < 0 ? "e-" : "e+") + String(abs(exponent))
    }

    /// Parses JSON text; nesting is limited to 64 levels.
    ///
    /// - Parameter json: the text.
    /// - Throws: ``YjsError/invalidJSON(offset:)`` or ``YjsError/nestingTooDeep(offset:)``.
    public init(json: String) throws(YjsError) {
        var parser = JSONParser(bytes: Array(json.utf8))
        self = try parser.parse()
    }
}
