/// Base58 text in the alphabet of Bitcoin, in which public keys are shown.
///
/// The bytes are one big number; each zero byte in front is a `1` of its own. Work grows with the square of the length, so
/// callers bound it.
package enum Base58 {
    private static let alphabet = Array("123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz".utf8)
    /// The value of each byte; 255 for every byte outside of the alphabet.
    private static let values: [UInt8] = {
        var values = [UInt8](repeating: 255, count: 256)
        for (value, digit) in alphabet.enumerated() { values[Int(digit)] = UInt8(value) }
        return values
    }()

    package static func encode(_ bytes: some Collection<UInt8>) -> String {
        let zeros = bytes.prefix { $0 == 0 }.count
        let digits = convert(bytes.dropFirst(zeros), from: 256, to: 58)
        let text = [UInt8](repeating: alphabet[0], count: zeros) + digits.map { alphabet[Int($0)] }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes that `text` spells.
    ///
    /// - Returns: nil for a byte outside of the alphabet and for text longer than `maxDigits`.
    package static func decode(_ text: some StringProtocol, maxDigits: Int = 128) -> [UInt8]? {
        guard text.utf8.count <= maxDigits else { return nil }
        let digits = text.utf8.map { values[Int($0)] }
        guard digits.allSatisfy({ $0 < 58 }) else { return nil }
        let zeros = digits.prefix { $0 == 0 }.count
        return [UInt8](repeating: 0, count: zeros) + convert(digits.dropFirst(zeros), from: 58, to: 256)
    }

    /// The same number in another base, most significant digit first, without leading zeros.
    private static func convert(_ digits: some Collection<UInt8>, from base: Int, to other: Int) -> [UInt8] {
        // Least significant first, so that the number grows at its end.
        var number: [UInt8] = []
        for digit in digits {
            var carry = Int(digit)
            for position in number.indices {
                carry += Int(number[position]) * base
                number[position] = UInt8(carry % other)
                carry /= other
            }
            while carry > 0 {
                number.append(UInt8(carry % other))
                carry /= other
            }
        }
        return number.reversed()
    }
}
