package import NIOCore

/// A JSON value whose object members keep the order in which they were written.
///
/// The dialects promise an order of members, `null` where a member has no value, and text that is not escaped without
/// need; Foundation's encoder promises none of these.
package enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case double(Double)
    case string(String)
    case array([JSONValue])
    case object([Member])

    package struct Member: Equatable, Sendable {
        package let name: String
        package let value: JSONValue

        package init(_ name: String, _ value: JSONValue) {
            self.name = name
            self.value = value
        }
    }

    /// The value of an object's member; nil when this is no object or has no such member.
    ///
    /// The last of several wins.
    package subscript(name: String) -> JSONValue? {
        guard case .object(let members) = self else { return nil }
        return members.last { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }

    package static func string(_ text: String?) -> JSONValue { text.map { .string($0) } ?? .null }
    package static func integer(_ number: Int64?) -> JSONValue { number.map { .integer($0) } ?? .null }
    package static func integer(_ number: Int) -> JSONValue { .integer(Int64(number)) }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral {
    package init(stringLiteral value: String) { self = .string(value) }
    package init(integerLiteral value: Int64) { self = .integer(value) }
    package init(booleanLiteral value: Bool) { self = .bool(value) }
}

extension JSONValue: ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral {
    package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    package init(nilLiteral: ()) { self = .null }

    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(elements.map { Member($0.0, $0.1) })
    }
}

extension JSONValue {
    /// The compact text of this value (RFC 8259), as UTF-8.
    package var encoded: ByteBuffer {
        var text = ByteBuffer()
        write(to: &text)
        return text
    }

    private func write(to text: inout ByteBuffer) {
        switch self {
        case .null: text.writeStaticString("null")
        case .bool(let flag): text.writeString(flag ? "true" : "false")
        case .integer(let number): text.writeString(String(number))
        case .double(let number): text.writeString(number.isFinite ? "\(number)" : "null")
        case .string(let string): Self.write(string, to: &text)
        case .array(let values):
            text.writeStaticString("[")
            for (offset, value) in values.enumerated() {
                if offset > 0 { text.writeStaticString(",") }
                value.write(to: &text)
            }
            text.writeStaticString("]")
        case .object(let members):
            text.writeStaticString("{")
            for (offset, member) in members.enumerated() {
                if offset > 0 { text.writeStaticString(",") }
                Self.write(member.name, to: &text)
                text.writeStaticString(":")
                member.value.write(to: &text)
            }
            text.writeStaticString("}")
        }
    }

    /// Escapes what RFC 8259, section 7 demands, and nothing else.
    private static func write(_ string: String, to text: inout ByteBuffer) {
        text.writeStaticString("\"")
        if string.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x22 && $0 != 0x5C }) {
            text.writeString(string)
        } else {
            for byte in string.utf8 {
                switch byte {
                case 0x22: text.writeStaticString("\\\"")
                case 0x5C: text.writeStaticString("\\\\")
                case 0x0A: text.writeStaticString("\\n")
                case 0x0D: text.writeStaticString("\\r")
                case 0x09: text.writeStaticString("\\t")
                case 0..<0x20: text.writeString("\\u00" + (byte < 16 ? "0" : "") + String(byte, radix: 16))
                default: text.writeInteger(byte)
                }
            }
        }
        text.writeStaticString("\"")
    }
}
