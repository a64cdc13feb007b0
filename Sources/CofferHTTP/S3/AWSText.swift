import CofferCore

/// The spellings that signatures are computed over: every byte that is not unreserved (RFC 3986) is `%XX`.
enum AWSText {
    private static let digits = Array("0123456789ABCDEF".utf8)

    /// Encodes the name or the value of a query parameter.
    static func query(_ bytes: some Sequence<UInt8>) -> String {
        encode(bytes, keepsSlash: false)
    }

    /// Encodes a path; its slashes stay, and nothing is folded: S3 takes `//` and `..` for parts of a key.
    static func path(_ bytes: some Sequence<UInt8>) -> String {
        encode(bytes, keepsSlash: true)
    }

    private static func encode(_ bytes: some Sequence<UInt8>, keepsSlash: Bool) -> String {
        var encoded: [UInt8] = []
        encoded.reserveCapacity(bytes.underestimatedCount)
        for byte in bytes {
            if isUnreserved(byte) || (keepsSlash && byte == UInt8(ascii: "/")) {
                encoded.append(byte)
            } else {
                encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
        default: false
        }
    }

    /// The bytes that an encoded text stands for; nil when a percent sign is not followed by two digits.
    static func decode(_ text: some Sequence<UInt8>) -> [UInt8]? {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(text.underestimatedCount)
        var rest = text.makeIterator()
        while let byte = rest.next() {
            guard byte == UInt8(ascii: "%") else {
                decoded.append(byte)
                continue
            }
            guard let high = rest.next(), let low = rest.next(),
                let value = Hex.decode(String(decoding: [high, low], as: UTF8.self)), value.count == 1
            else { return nil }
            decoded += value
        }
        return decoded
    }

    /// A path as it was received, in the one spelling that signatures know.
    ///
    /// An encoded slash stays encoded: it is not the same as a slash.
    static func canonicalPath(_ received: some Sequence<UInt8>) -> String? {
        var parts: [String] = []
        for part in Array(received).split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard let bytes = decode(part) else { return nil }
            parts.append(query(bytes))
        }
        return parts.joined(separator: "/")
    }
}
