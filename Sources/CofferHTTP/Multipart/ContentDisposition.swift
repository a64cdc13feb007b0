/// A Content-Disposition value, as a part of a form carries it.
///
/// Of repeated parameters the first counts. A file name is looked for in this order: `filename*` (RFC 8187), the sections
/// `filename*0`, `filename*1` … (RFC 2231), `filename`; one that cannot be decoded gives way to the next. Bytes of no declared
/// charset are UTF-8, or Latin-1 when they are not UTF-8. Percent escapes in quoted names stay as sent. A `C:\dir\` or
/// `\\host\share\` directory is dropped from the file name; nothing else is, so it must never become a path.
///
/// - Source: RFC 6266, section 4; RFC 7578, section 4.2.
package struct ContentDisposition: Sendable, Equatable {
    /// The disposition type in lower case, such as `form-data`.
    package let type: String
    package let name: String?
    package let filename: String?

    /// Reads a field value; nil when its type is not a token.
    package init?(_ value: [UInt8]) {
        let end = value.firstIndex(of: UInt8(ascii: ";")) ?? value.endIndex
        let type = value[..<end].trimmingBlanks
        guard !type.isEmpty, type.allSatisfy(\.isTokenByte) else { return nil }
        self.type = String(decoding: type, as: UTF8.self).lowercased()
        let parameters = HeaderParameters(value[end...])
        name = Self.text(of: "name", in: parameters)
        filename = Self.text(of: "filename", in: parameters).map { filename in
            let verbatim = parameters.first("filename")?.verbatim ?? []
            return Self.droppingDirectory(of: filename, sentWithTwoBackslashes: verbatim.starts(with: [0x5C, 0x5C]))
        }
    }

    private static func text(of name: String, in parameters: HeaderParameters) -> String? {
        let extended = parameters.first("\(name)*")
        if let extended, let text = ExtendedValue.decode(extended.value) { return text }
        if let text = ExtendedValue.joinSections(of: name, in: parameters) { return text }
        guard let parameter = parameters.first(name) ?? extended else { return nil }
        return String(utf8OrLatin1: parameter.value)
    }

    /// Drops a Windows directory.
    ///
    /// Old browsers send `\\host\share\x` unescaped: its first two backslashes then read as one escaped backslash, which is why
    /// the sent form matters.
    private static func droppingDirectory(of filename: String, sentWithTwoBackslashes: Bool) -> String {
        let bytes = Array(filename.utf8)
        let backslash = UInt8(ascii: "\\")
        let hasDrive =
            bytes.count > 2 && bytes[0].isASCIILetterOrDigit && bytes[1] == UInt8(ascii: ":") && bytes[2] == backslash
        let hasHost =
            bytes.starts(with: [backslash, backslash]) || (sentWithTwoBackslashes && bytes.first == backslash)
        guard hasDrive || hasHost, let last = bytes.lastIndex(of: backslash) else { return filename }
        return String(decoding: bytes[(last + 1)...], as: UTF8.self)
    }
}
