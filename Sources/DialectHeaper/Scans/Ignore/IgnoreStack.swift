/// The ignore files from the root down to a folder; the nearest one that has a say decides.
///
/// Whoever walks does not enter an ignored folder, so that nothing below it can be taken back, as in git.
struct IgnoreStack: Sendable {
    private struct Level: Sendable {
        let rules: IgnoreRules
        /// How many bytes of a path from the root lead into this level's folder, its slash included.
        let prefixBytes: Int
    }

    private var levels: [Level] = []

    /// Adds the ignore file of a folder below all others.
    mutating func push(_ rules: IgnoreRules, folder: FolderPath) {
        guard !rules.isEmpty else { return }
        let count = folder.bytes.count
        levels.append(Level(rules: rules, prefixBytes: count == 0 ? 0 : count + 1))
    }

    /// Whether to leave out what is called `name` in `folder`, which lies in or below all levels.
    func ignores(_ name: ArraySlice<UInt8>, in folder: FolderPath, isFolder: Bool) -> Bool {
        guard !levels.isEmpty else { return false }
        let path = folder.bytes.isEmpty ? Array(name) : folder.bytes + [UInt8(ascii: "/")] + name
        for level in levels.reversed() {
            let decision = level.rules.decision(on: path[level.prefixBytes...], name: name, isFolder: isFolder)
            if let decision { return decision == .ignored }
        }
        return false
    }
}
