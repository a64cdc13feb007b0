/// What a name stands for.
///
/// Source: Heaper contract, sections 5.4 and 5.5.
enum DocumentName: Equatable, Sendable {
    /// `{workspace}:{block}`, `{workspace}:{block}:v{n}` or `block/{block}`; `heap` is the workspace or its index block.
    case block(BlockID, heap: String?, version: Int64?)
    /// `workspace/{id}`: the events of a heap.
    case heap(String)

    private static let maxVersion: Int64 = 9_007_199_254_740_991

    /// Nil for a name of another form.
    ///
    /// - Parameters:
    ///   - text: the name without its session.
    ///   - defaultHeap: `workspaceId` of the socket's URL, for names that say no workspace.
    init?(_ text: String, defaultHeap: String?) {
        if let id = text.dropPrefix("block/") {
            guard let block = BlockID(id) else { return nil }
            self = .block(block, heap: defaultHeap, version: nil)
        } else if let id = text.dropPrefix("workspace/") {
            guard Identifiers.isValid(id) else { return nil }
            self = .heap(String(id))
        } else {
            let parts = text.split(separator: ":", omittingEmptySubsequences: false)
            guard (2...3).contains(parts.count), Identifiers.isValid(parts[0]), let block = BlockID(parts[1]) else {
                return nil
            }
            guard parts.count == 3 else {
                self = .block(block, heap: String(parts[0]), version: nil)
                return
            }
            guard let version = Self.version(parts[2]) else { return nil }
            self = .block(block, heap: String(parts[0]), version: version)
        }
    }

    /// `v` and a decimal number from 1 on.
    private static func version(_ text: Substring) -> Int64? {
        guard let digits = text.dropPrefix("v"), (1...16).contains(digits.utf8.count),
            digits.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let number = Int64(digits), (1...maxVersion).contains(number)
        else { return nil }
        return number
    }
}

extension StringProtocol {
    /// The rest of a text that begins with these bytes.
    fileprivate func dropPrefix(_ prefix: String) -> SubSequence? {
        guard utf8.starts(with: prefix.utf8) else { return nil }
        return self[utf8.index(startIndex, offsetBy: prefix.utf8.count)...]
    }
}
