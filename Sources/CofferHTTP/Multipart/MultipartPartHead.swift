/// What stands before a part's body: its header fields and what they say.
///
/// Content-Transfer-Encoding is not obeyed: form-data bodies are sent as they are.
///
/// - Source: RFC 7578, section 4.
package struct MultipartPartHead: Sendable, Equatable {
    /// One header field as sent; the value's outer blanks are gone and folded lines are joined by a space.
    package struct Field: Sendable, Equatable {
        package let name: String
        package private(set) var value: [UInt8]
    }

    package let fields: [Field]
    /// The form field's name; browsers send quotes and line ends in it percent-encoded, and so it stays.
    package let name: String?
    /// The file name as the client sent it, without a Windows directory; nil when the part names no file, maybe empty.
    package let filename: String?
    package let contentType: String?

    /// Interprets the fields; of repeated ones the first counts.
    ///
    /// Throws ``MultipartError/missingDisposition`` without a Content-Disposition of type `form-data`.
    init(fields: [Field]) throws(MultipartError) {
        guard
            let value = Self.value(of: "content-disposition", in: fields),
            let disposition = ContentDisposition(value),
            disposition.type == "form-data"
        else { throw .missingDisposition }
        self.fields = fields
        name = disposition.name
        filename = disposition.filename
        contentType = Self.value(of: "content-type", in: fields).map(String.init(utf8OrLatin1:))
    }

    /// The value of a field, its name compared without regard to case.
    package func value(of name: String) -> [UInt8]? {
        Self.value(of: name.lowercased(), in: fields)
    }

    private static func value(of lowercasedName: String, in fields: [Field]) -> [UInt8]? {
        fields.first { $0.name.lowercased() == lowercasedName }?.value
    }
}

extension MultipartPartHead.Field {
    /// Reads `Name: value`, without its line end.
    ///
    /// Throws ``MultipartError/malformedHeader`` unless the name is a token, and for NUL, CR and LF in the value.
    init(line: ArraySlice<UInt8>) throws(MultipartError) {
        guard
            let colon = line.firstIndex(of: UInt8(ascii: ":")),
            colon > line.startIndex,
            line[..<colon].allSatisfy(\.isTokenByte)
        else { throw .malformedHeader }
        name = String(decoding: line[..<colon], as: UTF8.self)
        value = Array(try Self.checked(line[(colon + 1)...].trimmingBlanks))
    }

    /// Joins a folded line to this field (RFC 5322, section 2.2.3).
    mutating func append(foldedLine: ArraySlice<UInt8>) throws(MultipartError) {
        value.append(UInt8(ascii: " "))
        value += try Self.checked(foldedLine.trimmingBlanks)
    }

    private static func checked(_ value: ArraySlice<UInt8>) throws(MultipartError) -> ArraySlice<UInt8> {
        guard value.allSatisfy({ $0 != 0 && $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }) else {
            throw .malformedHeader
        }
        return value
    }
}
