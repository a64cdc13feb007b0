import Yjs

/// A document at the moment at which somebody began to listen to it.
struct AttachedDocument: Sendable {
    let document: YDocument
    /// The awareness states, as one y-protocols message; nil when there are none.
    let awareness: [UInt8]?
}

/// The documents of blocks; each is open at most once in the process.
///
/// Documents open when they are used and close by themselves when nobody listened to or used them for a while.
protocol DocumentHosting: Sendable {
    /// Applies updates in order. When it returns, what was applied is durable, was passed on to all listeners, and is seen by
    /// whoever reads. A block that does not exist is created by the first update that applies.
    ///
    /// - Returns: one outcome for each update.
    /// - Throws: ``StorageError``; none of the updates is then durable.
    func apply(_ updates: [[UInt8]], to target: DocumentTarget, by user: UserID) async throws -> [UpdateOutcome]

    /// Changes a document on the server's behalf, with the same guarantees.
    ///
    /// - Throws: ``StorageError``, ``HeaperError/blockNotFound`` for a block that was purged, and what `body` throws.
    func edit(
        _ target: DocumentTarget,
        by user: UserID,
        _ body: @escaping @Sendable (inout YEdit) throws -> Void
    ) async throws

    /// A snapshot with all that was applied so far; empty for a block that does not exist.
    ///
    /// - Throws: ``StorageError``.
    func snapshot(of block: BlockID) async throws -> YDocument

    /// Begins to tell a listener what happens from now on; the document stays open until it is detached.
    ///
    /// - Returns: the document as of that moment: nothing is missed and nothing told twice in between.
    /// - Throws: ``HeaperError/blockNotFound`` when the block was made in another heap than the target's; ``StorageError``.
    func attach(_ listener: any DocumentListener, to target: DocumentTarget) async throws -> AttachedDocument

    /// Ends it, and removes the awareness states that came from this listener.
    func detach(_ listener: any DocumentListener, from block: BlockID) async

    /// Takes states that a listener's client sent, and passes on what took effect.
    ///
    /// - Throws: ``YjsError`` for a malformed message.
    func applyAwareness(_ message: [UInt8], from listener: any DocumentListener, to block: BlockID) async throws

    /// All awareness states of a document, encoded; nil when there are none.
    func awareness(of block: BlockID) async -> [UInt8]?

    /// Brings the rows of a heap's blocks up to date with their documents, so that lists show what was acknowledged.
    func settle(_ heap: HeapID) async throws

    /// Closes the documents of blocks that are gone for good; listeners hear `reason`.
    func close(_ blocks: [BlockID], reason: String) async
}
