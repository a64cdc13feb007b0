import CofferCore

/// Percent-encoding (RFC 3986, section 2.1).
package enum PercentEncoding {
    /// Decodes `%XX`; a percent sign that no two digits follow stands for itself.
    package static func decode(_ text: some Collection<UInt8>) -> [UInt8] {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(text.count)
        var index = text.startIndex
        while index != text.endIndex {
            let byte = text[index]
            index = text.index(after: index)
            let escape = text[index...].prefix(2)
            guard byte == UInt8(ascii: "%"), escape.count == 2,
                let value = Hex.decode(String(decoding: escape, as: UTF8.self))
            else {
                decoded.append(byte)
                continue
            }
            decoded += value
            index = escape.endIndex
        }
        return decoded
    }
}
