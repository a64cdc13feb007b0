import CofferCore
import CofferHTTP
import NIOCore

/// How bytes stand in JSON; whoever sends an array-like form is answered in arrays (contract, section 1.1).
enum BinaryForm: Equatable, Sendable {
    case base64
    case numbers
}

/// Bytes that a request may hold, in any of the forms that we know.
enum BinaryField: Equatable, Sendable {
    /// Missing, or null.
    case none
    case bytes([UInt8], BinaryForm)
    /// It is there and is none of the forms.
    case unreadable

    /// Its bytes; no bytes for none.
    ///
    /// - Returns: nil when it is unreadable.
    var bytes: [UInt8]? {
        switch self {
        case .none: []
        case .bytes(let bytes, _): bytes
        case .unreadable: nil
        }
    }

    var form: BinaryForm {
        if case .bytes(_, let form) = self { form } else { .base64 }
    }

    /// Reads Base64 text, an array of 0 to 255, Node's `{"type":"Buffer","data":[…]}`, or what `JSON.stringify` makes of a
    /// `Uint8Array`.
    init(_ reader: inout JSONReader) throws(JSONReader.Malformed) {
        switch reader.kind() {
        case .string: self = try reader.base64().map { .bytes($0, .base64) } ?? .unreadable
        case .array: self = try reader.byteArray().map { .bytes($0, .numbers) } ?? .unreadable
        case .object: self = try Self.object(&reader)
        case .other: self = try reader.value() == .null ? .none : .unreadable
        }
    }

    private static func object(_ reader: inout JSONReader) throws(JSONReader.Malformed) -> BinaryField {
        var indexed: [UInt8] = []
        var data: [UInt8]?
        var isBuffer = false
        var isSound = true
        try reader.forEachMember { (name, reader) throws(JSONReader.Malformed) in
            switch name {
            case "data" where reader.kind() == .array:
                data = try reader.byteArray()
                isSound = isSound && data != nil
            case "type" where reader.kind() == .string: isBuffer = try reader.string() == "Buffer"
            default:
                let byte = try reader.byte()
                guard let byte, Int(name) == indexed.count, isDecimal(name) else {
                    isSound = false
                    return
                }
                indexed.append(byte)
            }
        }
        guard isSound, isBuffer == (data != nil), data == nil || indexed.isEmpty else { return .unreadable }
        return .bytes(data ?? indexed, .numbers)
    }

    /// `Int` reads `+1` and `007` too.
    private static func isDecimal(_ name: String) -> Bool {
        name == "0" || (name.utf8.first.map { $0 != UInt8(ascii: "0") && $0 != UInt8(ascii: "+") } ?? false)
    }
}

extension ByteBuffer {
    /// Writes bytes as a JSON value.
    mutating func write(_ bytes: [UInt8], as form: BinaryForm) {
        switch form {
        case .base64:
            writeStaticString("\"")
            writeString(Base64.encode(bytes))
            writeStaticString("\"")
        case .numbers:
            reserveCapacity(minimumWritableBytes: bytes.count * 4 + 2)
            writeStaticString("[")
            for (offset, byte) in bytes.enumerated() {
                if offset > 0 { writeInteger(UInt8(ascii: ",")) }
                if byte >= 100 { writeInteger(UInt8(ascii: "0") + byte / 100) }
                if byte >= 10 { writeInteger(UInt8(ascii: "0") + byte / 10 % 10) }
                writeInteger(UInt8(ascii: "0") + byte % 10)
            }
            writeStaticString("]")
        }
    }
}
