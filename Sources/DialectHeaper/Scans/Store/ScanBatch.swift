/// Changes of files that are stored together.
struct ScanBatch: Sendable {
    struct Folder: Sendable {
        let key: FolderKey
        let root: String
        let path: FolderPath
    }

    var folders: [Folder] = []
    var files: [ReadFile] = []
    var returned: [KnownFile] = []
    var vanished: [KnownFile] = []

    var isEmpty: Bool { count == 0 }
    var count: Int { folders.count + files.count + returned.count + vanished.count }
}

/// What a stored batch was.
struct BatchResult: Sendable {
    var newBlocks: [BlockID] = []
    /// Blocks whose row changed.
    var changed: Set<BlockID> = []
    var duplicates: Int64 = 0
    /// What must be written into documents that somebody may have open.
    var edits: [FileEdit] = []
}

/// A change of a block's files that its document has to follow.
struct FileEdit: Sendable {
    let block: BlockID
    /// Names to take away.
    var removed: [FileEntry] = []
    var added: FileEntry?
    /// A title that gives way to that of the added file: nobody has chosen it.
    var formerTitle: String?
}
