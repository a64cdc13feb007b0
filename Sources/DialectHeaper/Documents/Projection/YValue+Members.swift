import Yjs

extension YDocument {
    /// The members of a map or of a plain object as an object; nil for anything else.
    func members(of element: YElement) -> YValue? {
        switch element {
        case .type(let type, .map): value(of: type, as: .map)
        case .value(.object(let entries)): .object(entries)
        default: nil
        }
    }
}

extension YElement {
    var plainText: String? {
        if case .value(let value) = self { value.plainText } else { nil }
    }
}

extension YValue {
    /// The text, if this is text.
    var plainText: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The number, if this is a whole one that is not negative.
    var wholeNumber: Int64? {
        switch self {
        case .number(let number) where number >= 0 && number < 9e15 && number.rounded() == number: Int64(number)
        case .bigInt(let number) where number >= 0: number
        default: nil
        }
    }
}

extension String {
    /// As much of the beginning as fits into so many bytes of UTF-8; no character is divided.
    func cut(to bytes: Int) -> String {
        guard utf8.count > bytes else { return self }
        var end = utf8.index(utf8.startIndex, offsetBy: bytes)
        while end > utf8.startIndex, UTF8.isContinuation(utf8[end]) { end = utf8.index(before: end) }
        return String(self[..<end])
    }
}
