import CofferCore

/// What a member may do in a heap.
enum Role: String, Sendable {
    case owner, editor, viewer

    var mayWrite: Bool { self != .viewer }
}

/// A heap as somebody stands to it.
struct HeapPlace: Equatable, Sendable {
    let heap: HeapID
    let indexBlock: BlockID
    let owner: UserID
    let role: Role
    let isEncrypted: Bool

    /// Whether this is its workspace id or the id of its index block.
    func isNamed(_ name: String) -> Bool {
        [heap.text, indexBlock.text].contains { $0.utf8.elementsEqual(name.utf8) }
    }
}

/// A block as somebody stands to it.
struct BlockPlace: Equatable, Sendable {
    let block: BlockID
    let heap: HeapPlace
    /// The block's `sync_version`, and the lowest version whose updates still fit.
    let version: Int64
    let floor: Int64
    /// When it went to the trash; nil for a live block.
    let deletedAt: Timestamp?
}

/// What a block is to somebody who names it.
enum BlockStanding: Equatable, Sendable {
    /// Live or trashed.
    case present(BlockPlace)
    /// Nobody has a block of this id, and the heap is one that the caller may see.
    case absent(HeapPlace)
    /// It was there and is gone for good.
    case purged(HeapPlace, at: Timestamp)
    /// Not the caller's, in another heap than named, or unknown: which of these is never told.
    case denied
}
