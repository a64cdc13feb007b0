/// Header parameter values that carry their charset.
///
/// - Source: RFC 8187, section 3.2; RFC 2231, sections 3 and 4.
enum ExtendedValue {
    private enum Charset {
        case utf8
        case latin1

        init?(_ name: ArraySlice<UInt8>) {
            switch String(decoding: name, as: UTF8.self).lowercased() {
            case "utf-8": self = .utf8
            case "iso-8859-1": self = .latin1
            default: return nil
            }
        }

        func decode(_ bytes: [UInt8]) -> String? {
            switch self {
            case .utf8: String(validating: bytes, as: UTF8.self)
            case .latin1: String(latin1: bytes)
            }
        }
    }

    /// Sections beyond this many are not read.
    private static let maxSections = 1000

    /// Decodes `charset'language'percent-encoded`.
    ///
    /// Nil for a charset other than UTF-8 and ISO-8859-1, a bad percent escape, or bytes that the charset does not allow.
    static func decode(_ value: [UInt8]) -> String? {
        guard let (charset, encoded) = split(value[...]), let bytes = percentDecode(encoded) else { return nil }
        return charset.decode(bytes)
    }

    /// Joins `name*0`, `name*1` … up to the first gap; sections whose name ends in `*` are percent-encoded, and the first of
    /// them, if it is section 0, declares the charset.
    ///
    /// Nil without a section 0, or when a section cannot be decoded.
    static func joinSections(of name: String, in parameters: HeaderParameters) -> String? {
        let sections = sections(of: name, in: parameters)
        guard let first = sections[0] else { return nil }
        var charset: Charset?
        var bytes: [UInt8] = []
        var section: (value: [UInt8], isEncoded: Bool)? = first
        var number = 0
        while let current = section {
            var encoded = current.value[...]
            if number == 0, current.isEncoded {
                guard let declared = split(encoded) else { return nil }
                (charset, encoded) = declared
            }
            guard let plain = current.isEncoded ? percentDecode(encoded) : Array(encoded) else { return nil }
            bytes += plain
            number += 1
            section = sections[number]
        }
        guard let charset else { return String(utf8OrLatin1: bytes) }
        return charset.decode(bytes)
    }

    private static func sections(
        of name: String,
        in parameters: HeaderParameters
    ) -> [Int: (value: [UInt8], isEncoded: Bool)] {
        var sections: [Int: (value: [UInt8], isEncoded: Bool)] = [:]
        for parameter in parameters.all where parameter.name.hasPrefix("\(name)*") {
            let suffix = parameter.name.dropFirst(name.count + 1)
            let isEncoded = suffix.hasSuffix("*")
            let digits = isEncoded ? suffix.dropLast() : suffix
            guard let number = Int(digits), number < maxSections, String(number) == digits else { continue }
            if sections[number] == nil { sections[number] = (parameter.value, isEncoded) }
        }
        return sections
    }

    private static func split(_ value: ArraySlice<UInt8>) -> (charset: Charset, encoded: ArraySlice<UInt8>)? {
        let words = value.split(separator: UInt8(ascii: "'"), maxSplits: 2, omittingEmptySubsequences: false)
        guard words.count == 3, let charset = Charset(words[0]) else { return nil }
        return (charset, words[2])
    }

    /// Nil when a percent sign is not followed by two hexadecimal digits.
    private static func percentDecode(_ encoded: ArraySlice<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(encoded.count)
        var rest = encoded
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let high = rest.popFirst().flatMap(digit), let low = rest.popFirst().flatMap(digit) else {
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
