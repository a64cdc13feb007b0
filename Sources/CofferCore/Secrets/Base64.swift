/// Base64 text in both alphabets of RFC 4648 (sections 4 and 5).
package enum Base64 {
    private static let standard = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let urlSafe = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
    /// The value of each byte in either alphabet; 255 for every other byte.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for alphabet in [standard, urlSafe] {
            for (value, digit) in alphabet.enumerated() { values[Int(digit)] = UInt8(value) }
        }
        return values
    }()

    /// The standard form, padded.
    package static func encode(_ bytes: some Collection<UInt8>) -> String {
        encode(bytes, standard, isPadded: true)
    }

    /// The URL form, without padding.
    package static func encodeURL(_ bytes: some Collection<UInt8>) -> String {
        encode(bytes, urlSafe, isPadded: false)
    }

    private static func encode(_ bytes: some Collection<UInt8>, _ digits: [UInt8], isPadded: Bool) -> String {
        String(unsafeUninitializedCapacity: (bytes.count + 2) / 3 * 4) { buffer in
            var position = 0
            var bits: UInt32 = 0
            var pending = 0
            func put(_ digit: UInt8) {
                buffer[position] = digit
                position += 1
            }
            for byte in bytes {
                bits = bits << 8 | UInt32(byte)
                pending += 8
                while pending >= 6 {
                    pending -= 6
                    put(digits[Int(bits >> UInt32(pending) & 63)])
                }
            }
            if pending > 0 { put(digits[Int(bits << UInt32(6 - pending) & 63)]) }
            while isPadded, position % 4 != 0 { put(UInt8(ascii: "=")) }
            return position
        }
    }

    /// Decodes the URL form as tokens use it; padding at the end is allowed.
    ///
    /// - Returns: nil for an empty text and for any byte outside the alphabet of RFC 4648, section 5.
    package static func decodeURL(_ text: some StringProtocol) -> [UInt8]? {
        var digits = Array(text.utf8)[...]
        while digits.last == UInt8(ascii: "=") { digits.removeLast() }
        let foreign: (UInt8) -> Bool = {
            values[Int($0)] == 255 || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/")
        }
        guard !digits.isEmpty, !digits.contains(where: foreign) else { return nil }
        return decode(digits)
    }

    /// Decodes what ``encodeURL(_:)`` writes and no other spelling of the same bytes: no padding, and no bit set behind
    /// the last whole byte (RFC 4648, section 3.5).
    ///
    /// - Returns: nil for every other text, also for the empty one.
    package static func decodeExactURL(_ text: some StringProtocol) -> [UInt8]? {
        guard let bytes = decodeURL(text), encodeURL(bytes) == text else { return nil }
        return bytes
    }

    /// Decodes either form, with or without padding.
    ///
    /// - Returns: nil for a byte of neither alphabet, for padding inside, and for a length that no bytes have.
    package static func decodeEither(_ text: some StringProtocol) -> [UInt8]? {
        var digits = Array(text.utf8)[...]
        while digits.last == UInt8(ascii: "="), text.utf8.count - digits.count < 2 { digits.removeLast() }
        guard digits.count % 4 != 1, digits.allSatisfy({ values[Int($0)] < 64 }) else { return nil }
        return decode(digits)
    }

    /// Decodes either form as JavaScript's `Buffer.from` does: bytes of no alphabet are skipped, the first `=` ends it.
    package static func decodeLenient(_ text: some StringProtocol) -> [UInt8] {
        decode(text.utf8.prefix { $0 != UInt8(ascii: "=") })
    }

    /// Decodes either form, padded or not; the empty text is no bytes.
    ///
    /// - Returns: nil for a byte of no alphabet, for a last digit alone, and for padding of another length than is missing.
    package static func decodeEither(_ text: UnsafeRawBufferPointer) -> [UInt8]? {
        var digits = text[...]
        while digits.last == UInt8(ascii: "="), text.count - digits.count < 2 { digits.removeLast() }
        let isPadded = digits.count < text.count
        guard digits.count % 4 != 1, !isPadded || text.count % 4 == 0 else { return nil }
        let count = digits.count * 3 / 4
        var isForeign = false
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, written in
            var bits: UInt32 = 0
            var pending = 0
            values.withUnsafeBufferPointer { values in
                for digit in digits {
                    let value = values[Int(digit)]
                    isForeign = isForeign || value == 255
                    bits = bits << 6 | UInt32(value & 63)
                    pending += 6
                    guard pending >= 8 else { continue }
                    pending -= 8
                    buffer[written] = UInt8(truncatingIfNeeded: bits >> UInt32(pending))
                    written += 1
                }
            }
        }
        return isForeign ? nil : bytes
    }

    /// What is left of a last digit that makes no whole byte is dropped.
    private static func decode(_ digits: some Sequence<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = []
        var bits: UInt32 = 0
        var pending = 0
        for digit in digits {
            let value = values[Int(digit)]
            guard value < 64 else { continue }
            bits = bits << 6 | UInt32(value)
            pending += 6
            guard pending >= 8 else { continue }
            pending -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(pending)))
        }
        return bytes
    }
}
