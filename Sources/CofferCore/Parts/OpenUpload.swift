/// An upload whose parts are still arriving; its drop is pending.
package struct OpenUpload: Equatable, Sendable {
    package let drop: DropID
    /// Names the file in which the parts gather, and the blob it becomes.
    package let key: BlobKey
    /// Bytes of all parts together, as declared.
    package let size: Int64
    /// Bytes of each part but the last; nil when each part has a size of its own.
    package let partBytes: Int64?
    package let firstPartAt: Timestamp?

    package init(
        drop: DropID,
        key: BlobKey,
        size: Int64,
        partBytes: Int64? = nil,
        firstPartAt: Timestamp? = nil
    ) {
        self.drop = drop
        self.key = key
        self.size = size
        self.partBytes = partBytes
        self.firstPartAt = firstPartAt
    }
}

package enum PartError: Error, Equatable {
    /// The part alone is larger than parts may be.
    case tooLarge(limit: Int64)
    /// With this part the upload would become larger than it was declared.
    case exceedsUpload
    case empty
    /// Equal parts are agreed on, and this one has another size.
    case wrongSize(expected: Int64)
    /// Equal parts are agreed on, and there is none of this number.
    case noSuchPart
    /// The upload's bytes are not those that were announced; theirs is this SHA-256.
    case wrongDigest(actual: [UInt8])
    /// Too many parts wait for earlier ones.
    case tooManyParked
    /// Some parts are missing.
    case incomplete
    /// The upload is gone: finished, deleted, or left idle for too long. Also what a sender hears who began before somebody
    /// tried to complete the upload: beginning anew shows whether it is still there.
    case gone
}

/// How far an upload has come.
package struct PartProgress: Equatable, Sendable {
    /// Bytes of the parts from 0 on without a gap.
    package let contiguousBytes: Int64
    /// Numbers of the parts that are there, ascending.
    package let received: [ClosedRange<Int64>]
}
