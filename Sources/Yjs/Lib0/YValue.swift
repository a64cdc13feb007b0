/// A JSON-like value as Yjs stores it in arrays and maps.
///
/// Strings and keys are equal only if their bytes are: two spellings that Unicode calls equivalent stay apart.
public enum YValue: Sendable {
    /// JavaScript's `undefined`.
    case undefined
    /// JSON's `null`.
    case null
    /// A truth value.
    case bool(Bool)
    /// A number, integral or not.
    case number(Double)
    /// A 64-bit integer, `bigint` in JavaScript.
    case bigInt(Int64)
    /// Text.
    case string(String)
    /// Bytes.
    case bytes([UInt8])
    /// A list.
    case array([YValue])
    /// Entries in the order in which they were written.
    case object([YEntry])
}

/// One entry of an object.
public struct YEntry: Sendable, Equatable {
    /// The key, compared by its bytes.
    public var key: String
    /// The value.
    public var value: YValue

    /// Creates an entry.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - value: the value.
    public init(_ key: String, _ value: YValue) {
        self.key = key
        self.value = value
    }

    /// Compares key bytes and values.
    public static func == (left: YEntry, right: YEntry) -> Bool {
        left.key.utf8.elementsEqual(right.key.utf8) && left.value == right.value
    }
}

extension YValue: Equatable {
    /// Compares structure, numbers by value and text by bytes.
    public static func == (left: YValue, right: YValue) -> Bool {
        switch (left, right) {
        case (.undefined, .undefined), (.null, .null): true
        case (.bool(let one), .bool(let other)): one == other
        case (.number(let one), .number(let other)): one == other || (one.isNaN && other.isNaN)
        case (.bigInt(let one), .bigInt(let other)): one == other
        case (.string(let one), .string(let other)): one.utf8.elementsEqual(other.utf8)
        case (.bytes(let one), .bytes(let other)): one == other
        case (.array(let one), .array(let other)): one == other
        case (.object(let one), .object(let other)): one == other
        default: false
        }
    }

    /// The value under a key of an object.
    ///
    /// - Parameter key: compared by bytes.
    /// - Returns: the last entry's value, or `nil` if there is none or this is no object.
    public subscript(key: String) -> YValue? {
        guard case .object(let entries) = self else { return nil }
        return entries.last { $0.key.utf8.elementsEqual(key.utf8) }?.value
    }
}
