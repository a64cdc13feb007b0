import CofferCore

/// Ids that sort by the time at which they were made: 48 bits of Unix milliseconds and 80 random bits in 26 digits of
/// Crockford's base 32.
enum ULID {
    private static let digits = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    static func make(at time: Timestamp, _ random: any RandomSource) -> String {
        var bits = UInt64(bitPattern: time.milliseconds)
        var text = [UInt8](repeating: 0, count: 10)
        for position in (0..<10).reversed() {
            text[position] = digits[Int(bits & 31)]
            bits >>= 5
        }
        // A whole byte for each five bits keeps every digit equally likely.
        text += random.bytes(16).map { digits[Int($0 & 31)] }
        return String(decoding: text, as: UTF8.self)
    }
}
