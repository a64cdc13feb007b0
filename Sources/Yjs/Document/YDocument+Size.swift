/// The size of a document's encoded state when it was last counted.
struct MeasuredSize: Sendable {
    var bytes: Int
    /// The store's estimate at that time.
    var bound: Int
    /// The lowest estimate since then; what came after it counts as growth.
    var lowest: Int
}

extension YDocument {
    /// About as many bytes as the encoded state has, or more; counting nothing.
    public var estimatedBytes: Int { store.encodedBound + pending.bytes }

    /// Fails if the encoded state could outgrow the limit by so many bytes more.
    ///
    /// Only a document that may be near the limit is counted, and only again after it has grown.
    mutating func checkSize(adding bytes: Int) throws(YjsError) {
        let (bound, waiting) = (store.encodedBound, pending.bytes + bytes)
        if let last = measured { measured?.lowest = min(last.lowest, bound) }
        guard bound + waiting > limits.maxDocumentBytes else { return }
        if let measured, measured.bytes + bound - measured.lowest + waiting <= limits.maxDocumentBytes { return }
        if measured?.bound != bound || measured?.lowest != bound {
            measured = MeasuredSize(bytes: store.encodedBytes(), bound: bound, lowest: bound)
        }
        guard let measured, measured.bytes + waiting <= limits.maxDocumentBytes else {
            throw .documentTooLarge(limit: limits.maxDocumentBytes)
        }
    }
}
