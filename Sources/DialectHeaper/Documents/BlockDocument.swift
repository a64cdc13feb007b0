import CofferCore

/// What became of one update.
enum UpdateOutcome: Equatable, Sendable {
    /// It is durable and was passed on.
    case applied
    /// It brought nothing new.
    case unchanged
    /// It is malformed or breaks a limit; nothing of it was applied.
    case invalid(String)
    case tooLarge
    /// The block or its heap was purged meanwhile.
    case deleted
}

/// Where updates of a document go, and whose they are.
struct DocumentTarget: Equatable, Sendable {
    let block: BlockID
    let heap: HeapPlace
    /// The version under which a block that does not exist yet is created.
    let newVersion: Int64

    init(_ place: BlockPlace) {
        block = place.block
        heap = place.heap
        newVersion = place.version
    }

    init(new block: BlockID, in heap: HeapPlace, version: Int64 = 1) {
        self.block = block
        self.heap = heap
        newVersion = version
    }
}

/// Hears what happens to a document; called on any thread, must return at once.
protocol DocumentListener: AnyObject, Sendable {
    /// Changes that are durable, as one update; also told to whoever sent them.
    func document(_ block: BlockID, didApply update: [UInt8])
    /// States of awareness, as one y-protocols awareness message; also told to whoever sent them.
    func document(_ block: BlockID, didChangeAwareness message: [UInt8])
    /// The document cannot be used any more: purged, its heap deleted, made in another heap, or lost its store; `reason` goes to
    /// the client.
    func document(_ block: BlockID, didCloseFor reason: String)
}
