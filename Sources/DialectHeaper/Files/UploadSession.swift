import CofferCore

/// What a client says about a file before it sends it in chunks.
struct UploadWish: Sendable {
    let hash: ContentHash
    let size: Int64
    let chunkBytes: Int64
    /// Empty when it was not told.
    let name: String
    let mimeType: String
    /// Whether an upload of other sizes, or what has arrived of it, may be thrown away.
    let restarts: Bool
}

/// An upload in chunks that is under way.
struct UploadSession: Sendable {
    let drop: DropID
    let hash: ContentHash
    let size: Int64
    let chunkBytes: Int64
    let name: String
    let mimeType: String
    let expiresAt: Timestamp?
    /// Nil for a file without bytes.
    let parts: OpenUpload?

    var chunkCount: Int64 { Self.chunkCount(size, chunkBytes) }

    static func chunkCount(_ size: Int64, _ chunkBytes: Int64) -> Int64 { (size + chunkBytes - 1) / chunkBytes }

    /// - Returns: nil when there is no such chunk.
    func chunkSize(_ index: Int64) -> Int64? {
        guard (0..<chunkCount).contains(index) else { return nil }
        return min(chunkBytes, size - index * chunkBytes)
    }

    func fits(_ wish: UploadWish) -> Bool { size == wish.size && chunkBytes == wish.chunkBytes }
}

/// What has arrived of an upload.
struct UploadProgress: Sendable {
    var received: [Int64] = []
    var missing: [Int64] = []
    var bytes: Int64 = 0

    /// `ranges`: numbers of the chunks that are there, ascending.
    init(_ ranges: [ClosedRange<Int64>], of session: UploadSession) {
        received = ranges.flatMap { Array($0) }
        bytes = received.reduce(0) { $0 + (session.chunkSize($1) ?? 0) }
        var next: Int64 = 0
        for range in ranges {
            missing += next..<range.lowerBound
            next = range.upperBound + 1
        }
        missing += next..<max(next, session.chunkCount)
    }
}
