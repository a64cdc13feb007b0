/// The fields of an `application/x-www-form-urlencoded` text, such as a query string (WHATWG URL, section 5).
package struct FormURLEncoded: Sendable {
    /// In the order they came; names and values decoded, with invalid UTF-8 replaced.
    package let fields: [(name: String, value: String)]

    package init(_ text: some StringProtocol) {
        self.init(Array(text.utf8))
    }

    package init(_ bytes: [UInt8]) {
        fields = bytes.split(separator: UInt8(ascii: "&")).map { field in
            let parts = field.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            return (Self.text(parts[0]), parts.count > 1 ? Self.text(parts[1]) : "")
        }
    }

    /// The text of fields, for a query string or a body.
    package static func encode(_ fields: [(String, String)]) -> String {
        fields.map { "\(PercentEncoding.encode($0.0))=\(PercentEncoding.encode($0.1))" }.joined(separator: "&")
    }

    /// The first field of this name.
    package func first(_ name: String) -> String? {
        fields.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }

    package func all(_ name: String) -> [String] {
        fields.filter { $0.name.utf8.elementsEqual(name.utf8) }.map(\.value)
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(
            decoding: PercentEncoding.decode(bytes.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 }),
            as: UTF8.self
        )
    }
}
