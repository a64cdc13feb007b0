import Yjs

/// How a block's document names a file: `files_v0["hash:file_size"]` (contract, section 6.1).
struct FileEntry: Equatable, Sendable {
    static let root = YTypeID.root("files_v0")

    var id: FileID?
    var hash: ContentHash
    var name: String
    var mimeType: String
    var size: Int64

    /// Of a block that is made for this file: its name in one line.
    var title: String { Self.title(ofName: name) }

    static func title(ofName name: String) -> String { name.replacing("\n", with: " ") }

    var key: String { "\(hash):\(size)" }

    private var value: YValue {
        .object(
            (id.map { [YEntry("id", .string($0.text))] } ?? []) + [
                YEntry("hash", .string(hash.text)),
                YEntry("name", .string(name)),
                YEntry("mime_type", .string(mimeType)),
                YEntry("file_size", .number(Double(size))),
            ]
        )
    }

    func write(into edit: inout YEdit) throws(YjsError) {
        try edit.set(value, forKey: key, in: Self.root)
    }

    /// Takes it away under both names that it may have.
    func remove(from edit: inout YEdit) throws(YjsError) {
        try edit.remove(forKey: key, in: Self.root)
        try edit.remove(forKey: hash.text, in: Self.root)
    }

    /// The state of a new document that names this file, and has its name as the title.
    func newDocument(client: UInt64) throws -> [UInt8] {
        var document = YDocument()
        return try document.edit(as: client) { edit in
            try BlockEdits.setTitle(title, &edit)
            try write(into: &edit)
        }.update
    }
}
