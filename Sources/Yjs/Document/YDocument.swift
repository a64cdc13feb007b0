/// A Yjs document: applies updates in any order and answers with state, differences and values.
///
/// A value type: a copy is a snapshot that later changes do not touch. Malformed or too expensive updates throw
/// ``YjsError`` and leave the document as it was. Data whose predecessors are missing waits inside the document, is
/// part of every encoded state, and takes effect as soon as they arrive.
public struct YDocument: Sendable {
    var store: DocumentStore
    var pending = PendingData()
    var measured: MeasuredSize?
    /// Bounds on inputs and on the document; they count from the next input on.
    public var limits: YLimits

    /// Creates an empty document.
    ///
    /// - Parameters:
    ///   - collectsGarbage: whether deleted content is forgotten; `false` keeps it in the document.
    ///   - limits: bounds on inputs and on the document.
    public init(collectsGarbage: Bool = true, limits: YLimits = .network) {
        store = DocumentStore(collectsGarbage: collectsGarbage)
        self.limits = limits
    }

    /// Creates a document from an encoded state.
    ///
    /// - Parameters:
    ///   - state: what ``encodeState()`` returned; its size may exceed the limit of one update, not of a document.
    ///   - collectsGarbage: whether deleted content is forgotten.
    ///   - limits: bounds on later inputs and on the document.
    /// - Throws: ``YjsError`` if the state is malformed or too large.
    public init(
        state: [UInt8],
        collectsGarbage: Bool = true,
        limits: YLimits = .network
    ) throws(YjsError) {
        self.init(collectsGarbage: collectsGarbage, limits: limits)
        var loading = limits
        loading.maxUpdateBytes = max(limits.maxUpdateBytes, limits.maxDocumentBytes)
        try load(state, limits: loading)
    }

    /// The next unknown clock of each client; pending data does not count.
    public var stateVector: StateVector { store.stateVector() }

    /// Whether data waits for missing predecessors.
    public var hasPendingData: Bool { !pending.isEmpty }

    /// Encodes what somebody with this state vector lacks, as an update.
    ///
    /// - Parameter stateVector: what they have; empty for everything.
    /// - Returns: the update, `00 00` if nothing is missing and nothing was ever deleted.
    public func encodeState(from stateVector: StateVector = StateVector()) -> [UInt8] {
        let own = store.encode(from: stateVector)
        guard hasPendingData else { return own }
        // All inputs were checked when they arrived, so neither call can fail.
        let rest = pending.updates.compactMap { try? YUpdate.diff($0, from: stateVector, limits: .unchecked) }
        let all = [own, pending.encodedDeletes()] + rest
        return (try? YUpdate.merge(all, limits: .unchecked)) ?? own
    }
}
