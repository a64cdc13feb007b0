import CofferCore

/// What files take; the same bytes count once.
struct FileUsage: Equatable, Sendable {
    var files: Int64 = 0
    var bytes: Int64 = 0
    /// The bytes of the largest one.
    var largest: Int64 = 0

    /// Of all heaps that somebody owns.
    static func of(_ user: UserID, in session: any SQLSession) throws -> FileUsage {
        try total(
            """
            heap_id IN (SELECT id FROM heaper_heaps WHERE owner_id = \(user) AND deleted_at IS NULL)
            """,
            in: session
        )
    }

    static func of(_ heap: HeapID, in session: any SQLSession) throws -> FileUsage {
        try total("heap_id = \(heap)", in: session)
    }

    /// Reads an index alone.
    private static func total(_ which: SQL, in session: any SQLSession) throws -> FileUsage {
        try session.first(
            """
            SELECT COALESCE(SUM(files), 0), COALESCE(SUM(size), 0), COALESCE(MAX(size), 0) FROM (
                SELECT COUNT(*) AS files, MAX(file_size) AS size FROM heaper_files
                WHERE is_uploaded = 1 AND \(part: which) GROUP BY hash
            ) AS contents
            """
        ) { FileUsage(files: $0.integer(0), bytes: $0.integer(1), largest: $0.integer(2)) } ?? FileUsage()
    }

    /// Bytes that uploads under way will take in somebody's heaps.
    static func pending(of user: UserID, in session: any SQLSession) throws -> Int64 {
        try session.first(
            """
            SELECT COALESCE(SUM(size), 0) FROM heaper_uploads
            WHERE heap_id IN (SELECT id FROM heaper_heaps WHERE owner_id = \(user) AND deleted_at IS NULL)
            """
        ) { $0.integer(0) } ?? 0
    }
}
