import CofferCore
import CofferHTTP
import NIOCore

/// A heap as its members are shown it.
struct HeapRecord: Sendable {
    let place: HeapPlace
    /// What it was called when it was made; the title of its index block is what it is called now.
    let name: String
    let title: String
    /// A JSON array, as stored.
    let sidebarOrder: String
    /// Live blocks besides the index block.
    let blockCount: Int
    let createdAt: Timestamp
    let updatedAt: Timestamp

    var json: JSONValue {
        let shown: JSONValue = .string(title.isEmpty ? name : title)
        return [
            "id": .string(place.heap.text),
            "heap_id": .string(place.indexBlock.text),
            "name": shown,
            "title": shown,
            "owner_id": .string(place.owner.text),
            "role": .string(place.role.rawValue),
            "encrypted": .bool(place.isEncrypted),
            "sidebar_order": JSONValue(parsing: .init(string: sidebarOrder)) ?? [],
            "block_count": .integer(blockCount),
            "created_at": .string(createdAt.wire),
            "updated_at": .string(updatedAt.wire),
        ]
    }
}

extension Timestamp {
    /// RFC 3339 in UTC with milliseconds, as all times of blocks are written (contract, section 1).
    var wire: String { CalendarTime(self).internetDateTimeWithMilliseconds }
}
