/// A client's file name, made safe to show.
///
/// Control characters (C0, DEL, C1), format characters such as bidirectional overrides, and line and paragraph separators are
/// removed; what is left is cut to ``maxCharacters``, keeping the extension. It may be empty, and it may hold slashes or be
/// `..`: it is for answers and headers, never a path.
package struct FileName: Sendable {
    /// Counted in Unicode scalars.
    package static let maxCharacters = 255
    /// A longer tail after the last dot is not taken for an extension.
    private static let maxExtensionCharacters = 32

    package let text: String

    package init(cleaning raw: String) {
        var scalars = String.UnicodeScalarView()
        scalars.append(contentsOf: raw.unicodeScalars.lazy.filter(Self.isShown))
        text = Self.shortened(String(scalars))
    }

    private static func isShown(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }

    private static func shortened(_ name: String) -> String {
        let scalars = name.unicodeScalars
        guard scalars.count > maxCharacters else { return name }
        let tail = scalars.suffix(maxExtensionCharacters + 1)
        let fileExtension = tail.lastIndex(of: ".").map { String(scalars[$0...]) } ?? ""
        let budget = maxCharacters - fileExtension.unicodeScalars.count
        return prefix(of: name, maxCharacters: budget) + fileExtension
    }

    /// Cuts between whole characters, or inside the first one if that alone is too long.
    private static func prefix(of name: String, maxCharacters: Int) -> String {
        var end = name.startIndex
        var count = 0
        while end < name.endIndex {
            count += name[end].unicodeScalars.count
            guard count <= maxCharacters else { break }
            end = name.index(after: end)
        }
        guard end > name.startIndex else { return String(name.unicodeScalars.prefix(maxCharacters)) }
        return String(name[..<end])
    }
}
