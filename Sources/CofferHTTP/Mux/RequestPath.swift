import Foundation

/// The target of a request, taken apart (RFC 9112, section 3.2: origin form and absolute form).
package struct RequestPath: Sendable {
    /// The path as it was sent, without the query.
    package let raw: String
    /// What follows the first `?`; nil when there is none.
    package let query: String?
    /// The path's segments, percent-decoded, invalid UTF-8 replaced.
    ///
    /// `/` alone is one empty segment.
    package let segments: [String]

    package init(_ target: String) {
        let path: Substring
        if let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) {
            path = target[..<mark]
            query = String(target[target.utf8.index(after: mark)...])
        } else {
            path = target[...]
            query = nil
        }
        raw = Self.originForm(path)
        let bytes = raw.utf8
        segments = bytes.dropFirst().split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map { part in
            part.contains(UInt8(ascii: "%"))
                ? String(decoding: PercentEncoding.decode(part), as: UTF8.self) : String(Substring(part))
        }
    }

    /// Tells whether this path is `prefix` or lies below it.
    package func isBelow(_ prefix: String) -> Bool {
        guard raw.utf8.starts(with: prefix.utf8) else { return false }
        return prefix.hasSuffix("/") || raw.utf8.count == prefix.utf8.count
            || raw.utf8.dropFirst(prefix.utf8.count).first == UInt8(ascii: "/")
    }

    private static func originForm(_ path: Substring) -> String {
        guard !path.utf8.starts(with: "/".utf8) else { return String(path) }
        guard let scheme = path.range(of: "://"),
            let slash = path[scheme.upperBound...].utf8.firstIndex(of: UInt8(ascii: "/"))
        else { return "/" }
        return String(path[slash...])
    }
}
