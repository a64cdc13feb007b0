import CofferCore
import CofferHTTP
import NIOCore

/// A block as its row shows it, with what belongs to it.
struct BlockRecord: Sendable {
    let id: BlockID
    let heap: HeapID
    let owner: UserID
    let type: String
    let title: String
    let text: String
    let look: Look
    let version: Int64
    let stamp: Int64
    let createdAt: Timestamp
    let updatedAt: Timestamp
    let deletedAt: Timestamp?
    let purgedAt: Timestamp?
    var files: [HeaperFile] = []
    /// The blocks that are its tags.
    var tags: [String] = []

    /// How clients show a block, and what it is a value of.
    struct Look: Sendable {
        let color: String?
        let icon: String?
        let iconType: String?
        let mainTag: String?
        let valueType: String?
        let valueOptions: String?
        let defaultApp: String?
    }

    /// The columns that ``init(_:)`` reads; the block is named `b`.
    static let columns = columns(text: "b.text")

    /// The same with an empty text, for whoever shows none: texts are most of what a page of blocks would read.
    static let columnsWithoutText = columns(text: "''")

    private static func columns(text: SQL) -> SQL {
        """
        b.id, b.heap_id, b.owner_id, b.type, b.title, \(part: text), b.color, b.icon, b.icon_type, b.main_tag, \
        b.value_type, b.value_options, b.default_app, b.sync_version, b.stamp, b.created_at, b.updated_at, b.deleted_at, \
        b.purged_at
        """
    }

    init(_ row: any SQLRow) {
        id = BlockID(unchecked: row.text(0))
        heap = HeapID(unchecked: row.text(1))
        owner = UserID(unchecked: row.text(2))
        type = row.text(3)
        title = row.text(4)
        text = row.text(5)
        look = Look(
            color: row.optionalText(6),
            icon: row.optionalText(7),
            iconType: row.optionalText(8),
            mainTag: row.optionalText(9),
            valueType: row.optionalText(10),
            valueOptions: row.optionalText(11),
            defaultApp: row.optionalText(12)
        )
        version = row.integer(13)
        stamp = row.integer(14)
        createdAt = row.time(15)
        updatedAt = row.time(16)
        deletedAt = row.optionalTime(17)
        purgedAt = row.optionalTime(18)
    }

    var members: [JSONValue.Member] {
        [
            .init("id", .string(id.text)),
            .init("workspace_id", .string(heap.text)),
            .init("owner_id", .string(owner.text)),
            .init("type", .string(type)),
            .init("title", .string(title)),
            .init("text", .string(text)),
            .init("color", .string(look.color)),
            .init("icon", .string(look.icon)),
            .init("icon_type", .string(look.iconType)),
            .init("main_tag", .string(look.mainTag)),
            .init("value_type", .string(look.valueType)),
            .init("value_options", Self.json(look.valueOptions)),
            .init("default_app", .string(look.defaultApp)),
            .init("sync_version", .integer(version)),
            .init("created_at", .string(createdAt.wire)),
            .init("updated_at", .string(updatedAt.wire)),
            .init("deleted_at", .string(deletedAt?.wire)),
            .init("permanently_deleted_at", .string(purgedAt?.wire)),
            .init("files", .array(files.map { FileBody.json($0) })),
            .init("tags", .array(tags.map { .string($0) })),
        ]
    }

    var json: JSONValue { .object(members) }

    /// Text that holds JSON, or else is text.
    static func json(_ text: String?) -> JSONValue {
        guard let text else { return .null }
        return JSONValue(parsing: ByteBuffer(string: text)) ?? .string(text)
    }
}

/// A tie between two blocks, as the document of one of them has it.
struct RelationRecord: Sendable {
    let id: String
    let from: String
    let to: String
    let type: String
    let meta: String?
    let createdBy: String

    var json: JSONValue {
        [
            "id": .string(id), "from_id": .string(from), "to_id": .string(to), "type": .string(type),
            "meta": BlockRecord.json(meta), "created_by": .string(createdBy),
        ]
    }
}
