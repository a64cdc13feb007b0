/// The path of a route: literal segments and named parameters, `/api/file/{id}/info`.
///
/// Matching is exact: `/upload` and `/upload/` are two paths, case counts, and a parameter takes one segment that is
/// not empty; what its escapes decode to, a slash too, is for the route to judge.
package struct PathTemplate: Hashable, Sendable, CustomStringConvertible {
    package enum Segment: Hashable, Sendable {
        case literal(String)
        case parameter(String)
    }

    package let segments: [Segment]
    package let description: String

    package init(_ text: String) {
        description = text
        segments = text.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map { part in
            part.hasPrefix("{") && part.hasSuffix("}")
                ? .parameter(String(part.dropFirst().dropLast())) : .literal(String(part))
        }
    }

    /// The template with its parameters unnamed: two templates of one shape match the same paths.
    var shape: String {
        "/"
            + segments.map { segment in
                switch segment {
                case .literal(let text): text
                case .parameter: "{}"
                }
            }.joined(separator: "/")
    }
}

/// The values of a matched template's parameters, percent-decoded.
package struct PathParameters: Sendable {
    private let values: [(name: String, value: String)]

    package init(_ values: [(name: String, value: String)] = []) {
        self.values = values
    }

    /// The value of a parameter; empty when the template has none of this name.
    package subscript(name: String) -> String {
        values.first { $0.name == name }?.value ?? ""
    }
}
