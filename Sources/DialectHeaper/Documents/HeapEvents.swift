import CofferHTTP

/// Something that happened in a heap, as the heap channel tells it (contract, section 5.5).
struct HeapEvent: Sendable {
    enum Kind: String, Sendable {
        case blockChanged = "block_changed"
        case blockDeleted = "block_deleted"
        case blockRestored = "block_restored"
        case blockPurged = "block_purged"
        case uploadComplete = "upload_complete"
        case scanUpdate = "scan_update"
    }

    let kind: Kind
    let heap: HeapID
    var block: BlockID?
    var version: Int64?
    /// Further members.
    var details: [JSONValue.Member] = []
}

/// Hears the events of one heap; called on any thread, must return at once.
protocol HeapListener: AnyObject, Sendable {
    func heap(_ heap: HeapID, didHear event: HeapEvent)
    /// The heap was deleted.
    func heapDidClose(_ heap: HeapID)
}

/// Passes events of heaps to whoever listens.
protocol HeapEventPassing: Sendable {
    func publish(_ event: HeapEvent)
    func attach(_ listener: any HeapListener, to heap: HeapID)
    func detach(_ listener: any HeapListener, from heap: HeapID)
    /// Tells everybody that the heap is gone.
    func close(_ heap: HeapID)
}
