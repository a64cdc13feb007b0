/// The rules of one `.heaperignore` file, with the syntax of `.gitignore`.
///
/// Source: gitignore(5), "Pattern format".
struct IgnoreRules: Equatable, Sendable {
    static let fileName = Array(".heaperignore".utf8)

    enum Decision: Equatable, Sendable { case ignored, kept }

    private struct Rule: Equatable, Sendable {
        let glob: Glob
        /// `!`: takes back what an earlier rule ignored.
        let isNegated: Bool
        let onlyFolders: Bool
        /// With a slash at its start or inside, a pattern stands for a path from the file's folder on, else for a name.
        let isAnchored: Bool
    }

    private var rules: [Rule] = []

    init(_ text: some Collection<UInt8>) {
        var bytes = Array(text)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        for line in bytes.split(separator: UInt8(ascii: "\n")) {
            if let rule = Self.rule(line) { rules.append(rule) }
        }
    }

    var isEmpty: Bool { rules.isEmpty }

    private static func rule(_ line: ArraySlice<UInt8>) -> Rule? {
        var pattern = line
        if pattern.last == UInt8(ascii: "\r") { pattern.removeLast() }
        guard let first = pattern.first, first != UInt8(ascii: "#") else { return nil }
        pattern = withoutTrailingSpaces(pattern)
        let isNegated = pattern.first == UInt8(ascii: "!")
        if isNegated { pattern.removeFirst() }
        let onlyFolders = pattern.last == UInt8(ascii: "/")
        if onlyFolders { pattern.removeLast() }
        let isAnchored = pattern.contains(UInt8(ascii: "/"))
        if pattern.first == UInt8(ascii: "/") { pattern.removeFirst() }
        guard !pattern.isEmpty, let glob = Glob(Array(pattern)) else { return nil }
        return Rule(glob: glob, isNegated: isNegated, onlyFolders: onlyFolders, isAnchored: isAnchored)
    }

    /// A space that a backslash quotes stays.
    private static func withoutTrailingSpaces(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var (end, position) = (line.startIndex, line.startIndex)
        while position < line.endIndex {
            if line[position] == UInt8(ascii: "\\") {
                position += 2
                end = min(position, line.endIndex)
            } else {
                position += 1
                if line[position - 1] != UInt8(ascii: " ") { end = position }
            }
        }
        return line[..<end]
    }

    /// What the last rule that matches says.
    ///
    /// - Parameters:
    ///   - path: from the folder of the file on, without a slash at either end.
    ///   - name: its last component.
    ///   - isFolder: whether it is a folder.
    /// - Returns: nil when none matches.
    func decision(
        on path: some RandomAccessCollection<UInt8>,
        name: some RandomAccessCollection<UInt8>,
        isFolder: Bool
    ) -> Decision? {
        for rule in rules.reversed() {
            if rule.onlyFolders && !isFolder { continue }
            guard rule.isAnchored ? rule.glob.matches(path) : rule.glob.matches(name) else { continue }
            return rule.isNegated ? .kept : .ignored
        }
        return nil
    }
}
