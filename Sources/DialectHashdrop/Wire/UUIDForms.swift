import CofferCore
import CofferHTTP

/// The spellings of a UUID that clients may send.
enum UUIDForms {
    static func random(_ source: any RandomSource) -> String { UUIDText.random(source) }

    /// The lower-case dashed form.
    ///
    /// - Returns: nil unless `text` is dashed, 32 digits, in braces, or begins with `urn:uuid:`.
    static func canonical(_ text: String) -> String? {
        var bytes = Array(text.utf8)
        switch bytes.count {
        case 32:
            for position in [8, 13, 18, 23] { bytes.insert(UInt8(ascii: "-"), at: position) }
        case 38:
            guard bytes.first == UInt8(ascii: "{"), bytes.last == UInt8(ascii: "}") else { return nil }
            bytes = Array(bytes[1..<37])
        case 45:
            guard String(decoding: bytes[..<9], as: UTF8.self).lowercased() == "urn:uuid:" else { return nil }
            bytes = Array(bytes[9...])
        default: break
        }
        guard bytes.count == 36 else { return nil }
        for position in bytes.indices {
            let isDash = [8, 13, 18, 23].contains(position)
            guard isDash ? bytes[position] == UInt8(ascii: "-") : isDigit(bytes[position]) else { return nil }
        }
        return String(decoding: bytes, as: UTF8.self).lowercased()
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }
}
