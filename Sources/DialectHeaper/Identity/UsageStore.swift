import CofferCore
import CofferHTTP

/// Counts what an account uses.
struct UsageStore: Sendable {
    let database: any Database

    /// What the heaps of an account hold.
    struct Usage: Equatable, Sendable {
        var storageBytes: Int64 = 0
        var files: Int64 = 0
        var blocks: Int64 = 0
        var heaps: Int64 = 0
        var thumbnailBytes: Int64 = 0

        var json: JSONValue {
            [
                "storage_bytes": .integer(storageBytes), "file_count": .integer(files),
                "block_count": .integer(blocks), "heap_count": .integer(heaps),
                "thumbnail_bytes": .integer(thumbnailBytes),
            ]
        }
    }

    /// Of the heaps that an account owns: live heaps, their live blocks besides the index blocks, and the files of blocks that are not purged.
    ///
    /// Bytes count once for each content, as they are stored.
    func usage(of user: UserID) async throws -> Usage {
        try await database.snapshot { session in
            let files = try FileUsage.of(user, in: session)
            var usage = Usage(storageBytes: files.bytes, files: files.files)
            (usage.blocks, usage.heaps) =
                try session.first(
                    """
                    SELECT coalesce(sum(live_count), 0), count(*) FROM heaper_heaps
                    WHERE owner_id = \(user) AND deleted_at IS NULL
                    """
                ) { ($0.integer(0), $0.integer(1)) } ?? (0, 0)
            usage.thumbnailBytes = try ListedThumbnail.bytes(of: user, in: session)
            return usage
        }
    }
}
