import CofferCore
import CofferHTTP
import Yjs

/// Writes files into the documents of their blocks, and tells who listens.
///
/// The entry is `files_v0["hash:file_size"]`, an object with what is known of the file (contract, section 6.1).
struct FileListing: Sendable {
    private static let root = YTypeID.root("files_v0")

    let documents: any DocumentHosting
    let events: any HeapEventPassing
    let database: any Database

    /// Names a file in its block's document, durably, unless it is named there.
    ///
    /// `renames`: whether the file's name takes the place of the one that the document has for it.
    func list(_ file: HeaperFile, in target: FileTarget, by user: UserID, renames: Bool = false) async throws {
        let key = Self.key(of: file)
        let document = try await documents.snapshot(of: file.block)
        let known = document.value(forKey: key, in: Self.root)
        let entry = known == nil ? Self.entry(file) : renames ? Self.renamed(known, to: file.name) : nil
        if let entry {
            try await documents.edit(target.document, by: user) { edit in
                try edit.set(entry, forKey: key, in: Self.root)
            }
        }
        guard target.heap.isEncrypted, !file.isInDocument else { return }
        // Nobody reads the documents of such a heap to find out.
        _ = try await database.write { session in
            try session.execute("UPDATE heaper_files SET in_document = 1 WHERE id = \(file.id)")
        }
    }

    /// Whether the document names a file.
    func lists(_ file: HeaperFile) async throws -> Bool {
        try await documents.snapshot(of: file.block).value(forKey: Self.key(of: file), in: Self.root) != nil
    }

    static func key(of file: HeaperFile) -> String { "\(file.hash):\(file.size)" }

    private static func entry(_ file: HeaperFile) -> YValue {
        .object([
            YEntry("id", .string(file.id.text)),
            YEntry("hash", .string(file.hash.text)),
            YEntry("name", .string(file.name)),
            YEntry("mime_type", .string(file.mimeType)),
            YEntry("file_size", .number(Double(file.size))),
        ])
    }

    /// An entry under another name; nil when nothing is to be changed.
    private static func renamed(_ entry: YElement?, to name: String) -> YValue? {
        guard !name.isEmpty, case .value(.object(let members))? = entry else { return nil }
        guard members.first(where: { $0.key == "name" })?.value != .string(name) else { return nil }
        return .object(members.filter { $0.key != "name" } + [YEntry("name", .string(name))])
    }

    /// Tells the heap's listeners that a file's bytes are here.
    func tell(_ file: HeaperFile) {
        var event = HeapEvent(kind: .uploadComplete, heap: file.heap)
        event.block = file.block
        event.details = [
            .init("file_id", .string(file.id.text)), .init("file_hash", .string(file.hash.text)),
            .init("file_size", .integer(file.size)),
        ]
        events.publish(event)
    }
}
