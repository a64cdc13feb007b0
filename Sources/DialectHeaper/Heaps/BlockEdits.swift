import CofferCore
import Yjs

/// What routes write into a block's document (contract, section 6.1).
enum BlockEdits {
    static let meta = YTypeID.root("meta_v0")
    static let title = YTypeID.root("title_v0")
    static let deletedAt = "deleted_at"
    static let purgedAt = "permanently_deleted_at"

    /// Puts one paragraph in place of the title, as editors would have it.
    static func setTitle(_ text: String, _ edit: inout YEdit) throws {
        try edit.delete(0..<edit.count(of: title), in: title)
        guard !text.isEmpty else { return }
        let paragraph = try edit.insertType(.xmlElement, name: "paragraph", at: 0, in: title)
        let content = try edit.insertType(.xmlText, at: 0, in: paragraph)
        try edit.insert(text, at: 0, in: content)
    }

    static func trash(at time: Timestamp, _ edit: inout YEdit) throws {
        try edit.set(.number(Double(time.milliseconds)), forKey: deletedAt, in: meta)
    }

    static func restore(_ edit: inout YEdit) throws {
        try edit.remove(forKey: deletedAt, in: meta)
        try edit.remove(forKey: purgedAt, in: meta)
    }

    /// Sets a member of `meta_v0` that fills a column; null says that the column is empty.
    static func set(_ column: BlockColumn, _ value: String?, _ edit: inout YEdit) throws {
        try edit.set(value.map { .string($0) } ?? .null, forKey: column.rawValue, in: meta)
    }
}
