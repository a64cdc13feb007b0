import CofferCore

/// Bytes as texts hold them, read without a value for each.
extension JSONReader {
    /// A string in Base64, of either alphabet, padded or not.
    ///
    /// - Returns: nil when the string is none.
    package mutating func base64() throws(Malformed) -> [UInt8]? {
        skipBlanks()
        guard next == UInt8(ascii: "\"") else { throw Malformed() }
        let start = position + 1
        var end = start
        while end < bytes.count, bytes[end] != UInt8(ascii: "\""), bytes[end] != UInt8(ascii: "\\") { end += 1 }
        guard end < bytes.count else { throw Malformed() }
        guard bytes[end] == UInt8(ascii: "\"") else {
            var text = try string()
            return text.withUTF8 { Base64.decodeEither(UnsafeRawBufferPointer($0)) }
        }
        position = end + 1
        return Base64.decodeEither(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
    }

    /// An array of numbers from 0 to 255.
    ///
    /// - Returns: nil when it holds anything else.
    package mutating func byteArray() throws(Malformed) -> [UInt8]? {
        var array: [UInt8] = []
        var isWhole = true
        try forEachElement { (reader) throws(Malformed) in
            if let byte = try reader.byte() {
                array.append(byte)
            } else {
                isWhole = false
            }
        }
        return isWhole ? array : nil
    }

    /// A number from 0 to 255.
    ///
    /// - Returns: nil when the value is anything else; it is passed over.
    package mutating func byte() throws(Malformed) -> UInt8? {
        skipBlanks()
        let start = position
        var number = 0
        while let digit = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit), position - start < 4 {
            number = number * 10 + Int(digit - UInt8(ascii: "0"))
            position += 1
        }
        let hasLeadingZero = position - start > 1 && bytes[start] == UInt8(ascii: "0")
        if position > start, !hasLeadingZero, endsNumber(next) { return UInt8(exactly: number) }
        // As `7.0`, or no such number.
        position = start
        switch kind() {
        case .other:
            guard case .integer(let number) = try value() else { return nil }
            return UInt8(exactly: number)
        default:
            try skipValue()
            return nil
        }
    }

    private func endsNumber(_ byte: UInt8?) -> Bool {
        switch byte {
        case nil, UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), 0x20, 0x0A, 0x0D, 0x09: true
        default: false
        }
    }
}
