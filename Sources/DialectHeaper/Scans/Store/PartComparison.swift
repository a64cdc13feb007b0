/// A file of a folder as a scan saw it last.
struct KnownFile: Equatable, Sendable {
    let folder: FolderKey
    let name: [UInt8]
    let facts: FileFacts
    let hash: ContentHash
    let block: BlockID
    /// It was gone when last looked for.
    let isMissing: Bool
}

/// A file whose bytes have to be read, and what is known of the one that was there.
struct FileToRead: Sendable {
    let root: FolderRoot
    let path: FolderPath
    let folder: FolderKey
    let found: FolderWalker.FoundFile
    let known: KnownFile?
}

/// What has to be done about a piece of the walk.
struct PartReview: Sendable {
    var unchanged = 0
    var toRead: [FileToRead] = []
    /// They were gone and are there again as they were.
    var returned: [KnownFile] = []
    var vanished: [KnownFile] = []
}

/// Compares the files of a part with those that are known, which come in the same order.
struct PartComparison {
    private let part: FolderWalker.Part
    private let folder: FolderKey
    private var next = 0

    init(_ part: FolderWalker.Part, folder: FolderKey) {
        self.part = part
        self.folder = folder
    }

    mutating func take(_ known: KnownFile, into review: inout PartReview) {
        while next < part.files.count, part.files[next].name.lexicographicallyPrecedes(known.name) {
            read(nil, into: &review)
        }
        guard next < part.files.count, part.files[next].name == known.name else {
            let isUncertain = part.isUnreadable || part.unreadable.contains(known.name)
            if !known.isMissing, !isUncertain { review.vanished.append(known) }
            return
        }
        guard part.files[next].facts.isLike(known.facts) else { return read(known, into: &review) }
        if known.isMissing { review.returned.append(known) } else { review.unchanged += 1 }
        next += 1
    }

    /// Deals with what comes after all that is known.
    mutating func finish(into review: inout PartReview) {
        while next < part.files.count { read(nil, into: &review) }
    }

    private mutating func read(_ known: KnownFile?, into review: inout PartReview) {
        let found = part.files[next]
        review.toRead.append(
            FileToRead(root: part.root, path: part.folder, folder: folder, found: found, known: known)
        )
        next += 1
    }
}
