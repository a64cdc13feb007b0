extension YDocument {
    /// Edits the document as a client of one's own.
    ///
    /// - Parameters:
    ///   - client: an id that nobody else uses; never use it again after losing the document's state.
    ///   - body: the edits; if it throws, the document stays as it was.
    /// - Returns: the update to send, and what changed.
    /// - Throws: what `body` throws; ``YjsError`` if the id is too large or the document has outgrown its limit.
    @discardableResult
    public mutating func edit(
        as client: UInt64,
        _ body: (inout YEdit) throws -> Void
    ) throws -> YCommit {
        guard client <= YLimits.maxInteger else { throw YjsError.integerTooLarge(offset: 0) }
        try checkSize(adding: 0)
        let transaction = store.begin()
        var edit = YEdit(store: store, transaction: transaction, client: client, limit: limits.maxDocumentBytes)
        // The edit must own the only reference to the arrays, or each of its changes would copy them.
        store = DocumentStore(collectsGarbage: edit.store.collectsGarbage)
        do {
            try body(&edit)
        } catch {
            store = edit.store
            rollBack(&edit.transaction)
            throw error
        }
        store = edit.store
        var finished = edit.transaction
        edit.store = DocumentStore(collectsGarbage: false)
        let change = commit(&finished)
        return YCommit(update: store.encode(finished), change: change)
    }
}
