package import CofferCore

/// Random identifiers in the lower-case text form of UUID version 4 (RFC 9562, section 5.4).
package enum UUIDText {
    package static func random(_ source: any RandomSource) -> String {
        var bytes = source.bytes(16)
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = Array(Hex.encode(bytes).utf8)
        return String(unsafeUninitializedCapacity: 36) { buffer in
            var position = 0
            for (index, digit) in digits.enumerated() {
                if [8, 12, 16, 20].contains(index) {
                    buffer[position] = UInt8(ascii: "-")
                    position += 1
                }
                buffer[position] = digit
                position += 1
            }
            return position
        }
    }
}
