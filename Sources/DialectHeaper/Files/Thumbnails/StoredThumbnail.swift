import CofferCore
import CofferHTTP
import CofferMedia

/// What a thumbnail shows.
enum ThumbnailKind: String, Sendable {
    case image, video, animated
}

/// A thumbnail whose bytes are stored; they never change under this drop.
struct StoredThumbnail: Sendable {
    let drop: DropID
    /// A client uploaded it; otherwise we made it.
    let isUploaded: Bool
    let key: String
    let kind: ThumbnailKind
    /// As the client called it, or the name of one of our sizes.
    let size: String
    let format: PictureFormat
    let width: Int
    let height: Int
    /// The moment of a video, where it is known.
    let position: Duration?
    let createdAt: Timestamp
    /// Whoever sees the block may know that it is there.
    let isShown: Bool
    let slot: DropSlot

    var longestEdge: Int { max(width, height) }

    /// The columns that ``init(_:)`` reads; the thumbnail is named `t`, its row for the block that was shown `shown`.
    static let columns: SQL =
        """
        t.drop_id, t.block_id, t.key, t.kind, t.size, t.format, t.width, t.height, t.position_ms, t.created_at, \
        shown.block_id, \(part: DropTable.slotColumns)
        """

    /// - Returns: nil for a row that a later version wrote.
    init?(_ row: any SQLRow) {
        guard let kind = ThumbnailKind(rawValue: row.text(3)), let format = PictureFormat(rawValue: row.text(5)) else {
            return nil
        }
        drop = DropID(stored: row.text(0))
        isUploaded = !row.text(1).isEmpty
        key = row.text(2)
        self.kind = kind
        size = row.text(4)
        self.format = format
        width = Int(row.integer(6))
        height = Int(row.integer(7))
        position = row.optionalInteger(8).map { .milliseconds($0) }
        createdAt = row.time(9)
        isShown = isUploaded || !row.isNull(10)
        slot = DropTable.slot(row, from: 11)
    }
}
