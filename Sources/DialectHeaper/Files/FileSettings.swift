import CofferCore

/// How much may be uploaded.
struct FileSettings: Sendable {
    /// Bytes of the files in all heaps of one account; nil means without limit.
    var storageBytes: Int64?
    /// Bytes of one file; nil means ``largestBytes``.
    var uploadBytes: Int64?

    static let smallestChunkBytes: Int64 = 64 << 10
    static let largestChunkBytes: Int64 = 64 << 20
    static let usualChunkBytes: Int64 = 4 << 20
    /// Chunks of one upload; files that would have more get larger ones.
    static let mostChunks: Int64 = 1 << 16
    static let largestBytes = largestChunkBytes * mostChunks
    /// An upload goes when nothing has arrived for so long.
    static let patience: Duration = .seconds(7 * 86_400)
    /// What uploads leave of the disk for everything else.
    static let spareBytes: Int64 = 32 << 20

    init(_ settings: SettingsGroup) throws {
        storageBytes = try Self.limit(settings, "storage_bytes")
        uploadBytes = try Self.limit(settings, "upload_bytes")
    }

    var maxBytes: Int64 { min(uploadBytes ?? .max, Self.largestBytes) }

    /// The size of an upload's chunks, as near to what the client wishes as it may be.
    static func chunkBytes(wished: Int64?, size: Int64) -> Int64 {
        let chosen = min(max(wished ?? usualChunkBytes, smallestChunkBytes), largestChunkBytes)
        let least = (size + mostChunks - 1) / mostChunks
        let rounded = (least + smallestChunkBytes - 1) / smallestChunkBytes * smallestChunkBytes
        return max(chosen, rounded)
    }

    /// 0, as when nothing is set, means none.
    private static func limit(_ settings: SettingsGroup, _ name: String) throws -> Int64? {
        let bytes = try settings.integer(name, default: 0, in: 0...Int.max)
        return bytes == 0 ? nil : Int64(bytes)
    }
}
