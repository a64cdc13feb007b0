import CofferCore

/// An id as clients and we make them: 1 to 64 letters, digits, `-` or `_`, kept as given and compared by bytes.
///
/// Source: Heaper contract, section 1.
protocol HeaperID: Hashable, Sendable, SQLBindable, CustomStringConvertible {
    var text: String { get }
    init(unchecked text: String)
}

extension HeaperID {
    /// - Returns: nil for text of another form.
    init?(_ text: some StringProtocol) {
        guard Identifiers.isValid(text) else { return nil }
        self.init(unchecked: String(text))
    }

    var description: String { text }
    var sqlValue: SQLValue { .text(text) }
}

enum Identifiers {
    static func isValid(_ text: some StringProtocol) -> Bool {
        guard (1...64).contains(text.utf8.count) else { return false }
        return text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
    }
}

/// A block, which has one document.
struct BlockID: HeaperID {
    let text: String
    init(unchecked text: String) { self.text = text }
}

/// A heap (workspace) by its own id, never by that of its index block.
struct HeapID: HeaperID {
    let text: String
    init(unchecked text: String) { self.text = text }
}

/// An account.
struct UserID: HeaperID {
    let text: String
    init(unchecked text: String) { self.text = text }
}

/// A file of a block.
struct FileID: HeaperID {
    let text: String
    init(unchecked text: String) { self.text = text }
}
