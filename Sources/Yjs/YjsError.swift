/// Why bytes or an edit were refused.
///
/// Offsets count bytes from the start of the input that was handed in. No case is ever raised by a trap: a
/// malformed input leaves the document as it was.
public enum YjsError: Error, Equatable, Sendable {
    /// The input ended inside a value that starts before `offset`.
    case unexpectedEnd(offset: Int)
    /// A variable-length integer is larger than 2^53 - 1 or longer than eight bytes.
    case integerTooLarge(offset: Int)
    /// A count or a byte length promises more than the rest of the input can hold.
    case countExceedsInput(offset: Int)
    /// A string is not valid UTF-8.
    case invalidUTF8(offset: Int)
    /// A tagged value, a parent flag or a message kind has an unknown tag.
    case invalidTag(UInt8, offset: Int)
    /// A struct has a content reference that the format does not know.
    case unknownContent(UInt8, offset: Int)
    /// A shared type has a reference that the format does not know.
    case unknownType(UInt64, offset: Int)
    /// A struct covers no clock at all.
    case emptyStruct(offset: Int)
    /// A clock plus a length is larger than 2^53 - 1.
    case clockOverflow(offset: Int)
    /// A struct names its own or a later clock of its own client as neighbour or parent.
    case forwardReference(offset: Int)
    /// Bytes are left after the last value.
    case trailingBytes(offset: Int)
    /// Values are nested deeper than the limit.
    case nestingTooDeep(offset: Int)
    /// The bytes are not update V1, and look like a newer format that could not be converted.
    case unsupportedUpdateFormat
    /// JSON text is malformed.
    case invalidJSON(offset: Int)
    /// One update has more bytes than the limit.
    case updateTooLarge(bytes: Int, limit: Int)
    /// The document would become larger than the limit.
    case documentTooLarge(limit: Int)
    /// More data waits for missing predecessors than the limit allows.
    case pendingTooLarge(limit: Int)
    /// Integrating one update needed more conflict-scan steps than the limit.
    case integrationTooExpensive(limit: Int)
    /// An edit names a position outside the type.
    case indexOutOfRange(Int, length: Int)
    /// An edit names a type that is deleted or does not belong to the document.
    case staleType
}
