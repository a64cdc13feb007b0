import CofferCore
import CofferHTTP
import CofferMedia

/// A stored thumbnail as a file's `thumbnails` list it.
///
/// What was made of a content is listed with a block once it was shown with that block: otherwise the list of a new file
/// would tell that somebody else has the same bytes.
struct ListedThumbnail: Equatable, Sendable {
    let kind: ThumbnailKind
    let size: String
    let format: PictureFormat
    let width: Int64
    let height: Int64

    /// Of a block's files, the newest first.
    static func of(_ block: BlockID, in session: any SQLSession) throws -> [ContentHash: [ListedThumbnail]] {
        let rows = try session.query(
            """
            SELECT t.hash, t.kind, t.size, t.format, t.width, t.height \(part: shown) WHERE f.block_id = \(block)
            ORDER BY t.created_at DESC, t.drop_id
            """
        ) { row in (ContentHash(stored: row.text(0)), ListedThumbnail(row)) }
        return rows.reduce(into: [:]) { all, row in
            if let thumbnail = row.1 { all[row.0, default: []].append(thumbnail) }
        }
    }

    /// Bytes of those of a heap's files.
    static func bytes(of heap: HeapID, in session: any SQLSession) throws -> Int64 {
        try bytes("f.heap_id = \(heap)", in: session)
    }

    /// Bytes of those of the files in all heaps that somebody owns.
    static func bytes(of user: UserID, in session: any SQLSession) throws -> Int64 {
        try bytes(
            "f.heap_id IN (SELECT id FROM heaper_heaps WHERE owner_id = \(user) AND deleted_at IS NULL)",
            in: session
        )
    }

    private static func bytes(_ which: SQL, in session: any SQLSession) throws -> Int64 {
        try session.first(
            """
            SELECT COALESCE(SUM(bytes), 0) FROM (
                SELECT DISTINCT t.drop_id, t.bytes \(part: shown) WHERE \(part: which)
            ) AS thumbnails
            """
        ) { $0.integer(0) } ?? 0
    }

    /// Files `f` with each thumbnail `t` that is listed.
    private static let shown: SQL =
        """
        FROM heaper_files f JOIN heaper_thumbnails t ON t.hash = f.hash AND (
            t.block_id = f.block_id OR (
                t.block_id = '' AND EXISTS (
                    SELECT 1 FROM heaper_shown_thumbnails s WHERE s.drop_id = t.drop_id AND s.block_id = f.block_id
                )
            )
        )
        """

    /// - Returns: nil for a row that a later version wrote.
    private init?(_ row: any SQLRow) {
        guard let kind = ThumbnailKind(rawValue: row.text(1)), let format = PictureFormat(rawValue: row.text(3)) else {
            return nil
        }
        self.kind = kind
        size = row.text(2)
        self.format = format
        width = row.integer(4)
        height = row.integer(5)
    }

    /// Source: Heaper contract, section 6.
    var json: JSONValue {
        [
            "type": .string(kind.rawValue), "size": .string(size), "width": .integer(width),
            "height": .integer(height), "mime_type": .string(format.mediaType),
        ]
    }
}
