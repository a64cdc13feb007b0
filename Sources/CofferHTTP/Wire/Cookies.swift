package import HTTPTypes

/// The cookies of a request (RFC 6265, section 5.4).
package struct Cookies: Sendable {
    private let pairs: [(name: String, value: String)]

    package init(_ headers: HTTPFields) {
        pairs = headers[values: .cookie].flatMap { line in
            line.split(separator: ";").compactMap { pair in
                let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
                guard sides.count == 2 else { return nil }
                return (Self.trimmed(sides[0]), Self.trimmed(sides[1]))
            }
        }
    }

    /// The first cookie of this name.
    package subscript(name: String) -> String? {
        pairs.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }

    private static func trimmed(_ text: Substring) -> String {
        var rest = text.drop { $0 == " " || $0 == "\t" }
        while rest.last == " " || rest.last == "\t" { rest.removeLast() }
        return String(rest)
    }
}
