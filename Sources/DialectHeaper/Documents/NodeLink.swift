/// What nodes that share a database tell each other about documents, heaps and logins.
enum NodeMessage: Sendable {
    /// The log of a document grew; its rows are in the database.
    case updatesAppended(BlockID)
    /// States of awareness took effect, as one y-protocols awareness message.
    case awarenessChanged(BlockID, message: [UInt8])
    /// A document was closed for good.
    case documentClosed(BlockID, reason: String)
    case heapEvent(HeapEvent)
    case heapClosed(HeapID)
    /// Their rows are gone.
    case sessionsEnded([String])
}

/// The way to the other nodes; all that one of them must know goes through here.
///
/// A node hands what it receives to ``DocumentHub/receive(_:)``. Messages may come late, twice or never: documents also look
/// into the database before each change.
protocol NodeLink: Sendable {
    /// Sends to all other nodes; returns at once.
    func send(_ message: NodeMessage)
}

/// The link of a server that is alone.
struct SingleNode: NodeLink {
    func send(_ message: NodeMessage) {}
}
