import CofferCore

/// A file of a block: what is known of it, and whether its bytes are here.
struct HeaperFile: Equatable, Sendable {
    let id: FileID
    let heap: HeapID
    let block: BlockID
    let hash: ContentHash
    let name: String
    let mimeType: String
    let size: Int64
    let facts: MediaFacts
    /// The bytes were uploaded, or a scan has found them.
    let isUploaded: Bool
    /// The block's document names it.
    let isInDocument: Bool
    let createdAt: Timestamp
    var thumbnails: [ListedThumbnail] = []

    /// The columns that ``init(_:from:)`` reads; the file is named `f`.
    static let columns: SQL =
        """
        f.id, f.heap_id, f.block_id, f.hash, f.name, f.mime_type, f.file_size, f.width, f.height, f.duration_ms, \
        f.exif_data, f.is_uploaded, f.in_document, f.created_at
        """
    static let columnCount = 14

    init(_ row: any SQLRow, from column: Int = 0) {
        id = FileID(unchecked: row.text(column))
        heap = HeapID(unchecked: row.text(column + 1))
        block = BlockID(unchecked: row.text(column + 2))
        hash = ContentHash(stored: row.text(column + 3))
        name = row.text(column + 4)
        mimeType = row.text(column + 5)
        size = row.integer(column + 6)
        facts = MediaFacts(
            width: row.optionalInteger(column + 7),
            height: row.optionalInteger(column + 8),
            duration: row.optionalInteger(column + 9).map { .milliseconds($0) },
            exif: row.optionalText(column + 10)
        )
        isUploaded = row.bool(column + 11)
        isInDocument = row.bool(column + 12)
        createdAt = row.time(column + 13)
    }
}

/// What an image or a film is like, as far as somebody has told or found it.
struct MediaFacts: Equatable, Sendable {
    var width: Int64?
    var height: Int64?
    var duration: Duration?
    /// A JSON object.
    var exif: String?
}
