import CofferHTTP

/// Single blocks and the trash.
enum HeaperBlockOperations {
    private static let caller = OpenAPIGroup("Heaps", security: HeaperPieces.needsToken)

    static let all =
        HeaperHeapOperations.both(block) + HeaperHeapOperations.both(updates)
        + [trash, empty, restore, insert, update, delete]

    static let schemas = [
        OpenAPI.named(
            "HeaperBlock",
            [
                "id": HeaperPieces.id, "workspace_id": HeaperPieces.id, "owner_id": HeaperPieces.text,
                "type": HeaperPieces.text, "title": HeaperPieces.text, "text": HeaperPieces.text,
                "color": optionalText, "icon": optionalText, "icon_type": optionalText, "main_tag": optionalText,
                "value_type": optionalText, "value_options": [:], "default_app": optionalText,
                "sync_version": HeaperPieces.count, "created_at": HeaperPieces.time, "updated_at": HeaperPieces.time,
                "deleted_at": optionalText, "permanently_deleted_at": optionalText,
                "files": ["type": "array", "items": ["type": "object"]],
                "tags": HeaperPieces.list(of: HeaperPieces.id),
            ]
        ),
        OpenAPI.named("HeaperBlockIDs", ["block_ids": HeaperPieces.list(of: HeaperPieces.id)]),
        OpenAPI.named(
            "HeaperNewBlock",
            [
                "workspace_id": HeaperPieces.id, "id": HeaperPieces.id,
                "type": ["type": "string", "minLength": 1, "maxLength": 20], "title": HeaperPieces.text,
            ],
            optional: ["id", "type", "title"]
        ),
        OpenAPI.named(
            "HeaperBlockChange",
            [
                "id": HeaperPieces.id, "title": HeaperPieces.text, "color": optionalText, "icon": optionalText,
                "main_tag": optionalText,
            ],
            optional: ["title", "color", "icon", "main_tag"]
        ),
    ]

    private static let optionalText: JSONValue = ["type": ["string", "null"], "maxLength": 200]
    private static let blockKey = OpenAPI.path("blockKey", "The block")
    private static let heapID = OpenAPI.path("heapId", "The heap, or its index block")
    private static let success = JSONValue.Member("success", ["const": true])
    private static let readOnly = HeaperPieces.problem(403, "The caller may only read this heap")
    private static let missing = HeaperPieces.problem(404, "Unknown, or not the caller's")

    private static func operation(
        _ method: String,
        _ path: String,
        id: String,
        summary: String,
        description: String,
        parameters: [JSONValue] = [],
        body: String? = nil,
        answer: [JSONValue.Member],
        problems: [JSONValue.Member]
    ) -> OpenAPIOperation {
        caller.operation(method, path, id: id, summary)
            .explained(description)
            .taking(parameters)
            .sending(body.map { OpenAPI.body($0) })
            .answering("Done", .object([success] + answer))
            .answering(HeaperPieces.noToken)
            .answering(problems)
    }

    private static let oneBlock: [JSONValue.Member] = [.init("block", OpenAPI.schema("HeaperBlock"))]

    private static let block = operation(
        "post",
        "/api/block/{blockKey}",
        id: "heaperBlock",
        summary: "Look at a block",
        description: "With `relations`, `apps`, `title_doc` and `text_doc` as ProseMirror JSON, and `content` as text.",
        parameters: [blockKey],
        answer: oneBlock,
        problems: [HeaperPieces.notApproved, missing]
    )

    private static let updates = operation(
        "post",
        "/api/block_updates/{blockKey}",
        id: "heaperBlockUpdates",
        summary: "Get a document and the updates that made it",
        description: "The log holds what was not compacted yet; `since` and `limit` cut it.",
        parameters: [blockKey],
        answer: [
            .init("block_id", HeaperPieces.id), .init("sync_version", HeaperPieces.count),
            .init(
                "updates",
                HeaperPieces.list(
                    of: OpenAPI.object([
                        "id": HeaperPieces.text, "created_at": HeaperPieces.time, "size": HeaperPieces.count,
                        "updates": HeaperPieces.text,
                    ])
                )
            ),
            .init("has_more", HeaperPieces.flag), .init("ydoc", HeaperPieces.text),
            .init("state_vector", HeaperPieces.text),
        ],
        problems: [HeaperPieces.notApproved, missing]
    )

    private static let trash = operation(
        "get",
        "/api/trash/{heapId}",
        id: "heaperTrash",
        summary: "List the trash",
        description: "Newest deletion first.",
        parameters: [
            heapID, HeaperHeapOperations.limit(1000),
            OpenAPI.query("offset", "Blocks to pass over", required: false, schema: HeaperPieces.count),
        ],
        answer: [
            .init("blocks", HeaperPieces.list(of: OpenAPI.schema("HeaperBlock"))), .init("total", HeaperPieces.count),
            .init("has_more", HeaperPieces.flag),
        ],
        problems: [HeaperPieces.notApproved, missing]
    )

    private static let empty = operation(
        "delete",
        "/api/trash/{heapId}",
        id: "heaperEmptyTrash",
        summary: "Empty the trash",
        description: "Of all, or of the blocks in `block_ids`. Documents, relations and files go for good.",
        parameters: [heapID],
        answer: [
            .init("deleted", HeaperPieces.count), .init("block_ids", HeaperPieces.list(of: HeaperPieces.id)),
            .init("freed_bytes", HeaperPieces.count),
        ],
        problems: [readOnly, missing]
    )

    private static let restore = operation(
        "post",
        "/api/trash/{heapId}/restore",
        id: "heaperRestore",
        summary: "Take blocks out of the trash",
        description: "Purged and foreign ones are `not_found`.",
        parameters: [heapID],
        body: "HeaperBlockIDs",
        answer: [
            .init("restored", HeaperPieces.list(of: HeaperPieces.id)),
            .init("not_found", HeaperPieces.list(of: HeaperPieces.id)),
        ],
        problems: [HeaperPieces.malformed, readOnly, missing]
    )

    private static let insert = operation(
        "post",
        "/api/insert_block",
        id: "heaperInsertBlock",
        summary: "Make a block",
        description: "An id that the heap has already is answered with its block.",
        body: "HeaperNewBlock",
        answer: oneBlock,
        problems: [HeaperPieces.malformed, readOnly, missing, HeaperPieces.problem(409, "The id is taken")]
    )

    private static let update = operation(
        "post",
        "/api/update_block",
        id: "heaperUpdateBlock",
        summary: "Change title and looks of a block",
        description: "`null` clears a colour, icon or main tag.",
        body: "HeaperBlockChange",
        answer: oneBlock,
        problems: [HeaperPieces.malformed, readOnly, missing]
    )

    private static let delete = operation(
        "post",
        "/api/delete_block",
        id: "heaperDeleteBlock",
        summary: "Take blocks to the trash",
        description: "Several in `block_ids`, or one in `id`.",
        body: "HeaperBlockIDs",
        answer: [.init("deleted", HeaperPieces.list(of: HeaperPieces.id))],
        problems: [HeaperPieces.malformed, readOnly, missing]
    )
}
