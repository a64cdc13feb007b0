/// A Content-Type value: a lower-case `type/subtype` and its parameters.
///
/// - Source: RFC 9110, section 8.3.1.
package struct MediaTypeHeader: Sendable {
    /// `type/subtype` in lower case.
    package let essence: String
    private let parameters: HeaderParameters

    /// Reads a field value; nil when `type/subtype` is malformed, while odd parameters are skipped.
    package init?(_ value: String) {
        let bytes = Array(value.utf8)
        let end = bytes.firstIndex(of: UInt8(ascii: ";")) ?? bytes.endIndex
        let words = bytes[..<end].trimmingBlanks
            .split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard words.count == 2, words.allSatisfy({ !$0.isEmpty && $0.allSatisfy(\.isTokenByte) }) else { return nil }
        essence = words.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "/").lowercased()
        parameters = HeaderParameters(bytes[end...])
    }

    /// The value of a parameter, its bytes as sent without quotes and escapes; of repeated ones the first.
    ///
    /// Names are compared without regard to case.
    package func parameter(_ name: String) -> [UInt8]? {
        parameters.first(name.lowercased())?.value
    }

    /// The boundary of a multipart body, as sent.
    ///
    /// Throws ``MultipartError/notFormData`` for another media type, ``MultipartError/missingBoundary`` without the parameter.
    /// Whether it is well-formed is the parser's to judge.
    package func formDataBoundary() throws(MultipartError) -> [UInt8] {
        guard essence == "multipart/form-data" else { throw .notFormData }
        guard let boundary = parameter("boundary") else { throw .missingBoundary }
        return boundary
    }
}
