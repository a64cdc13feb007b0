import CofferHTTP

/// Heaps and lists of their blocks.
enum HeaperHeapOperations {
    static let all =
        both(list("/api/heaps", id: "heaperHeaps", member: "heaps"))
        + both(list("/api/workspaces", id: "heaperWorkspaces", member: "workspaces"))
        + [add, delete, stats] + both(blocks) + both(count) + both(changed)

    static let failures: [JSONValue.Member] = [
        HeaperPieces.noToken, HeaperPieces.notApproved,
        HeaperPieces.problem(404, "Unknown, or not the caller's"),
    ]

    /// A route that answers by `POST` and by `GET`, with the members of the body as parameters of the query.
    static func both(_ post: OpenAPIOperation) -> [OpenAPIOperation] {
        var get = post
        get.method = "get"
        get.id = "\(post.id)ByGet"
        get.body = nil
        get.description = "As `POST`; members of the body are parameters of the query."
        return [post, get]
    }

    static func limit(_ most: Int) -> JSONValue {
        OpenAPI.query(
            "limit",
            "Entries of a page",
            required: false,
            schema: ["type": "integer", "minimum": 1, "maximum": .integer(most)]
        )
    }

    static let schemas = [
        HeaperPieces.schema(
            "HeaperHeap",
            [
                "id": HeaperPieces.id, "heap_id": HeaperPieces.id, "name": HeaperPieces.text,
                "title": HeaperPieces.text, "owner_id": HeaperPieces.text,
                "role": ["enum": ["owner", "editor", "viewer"]], "encrypted": HeaperPieces.flag,
                "sidebar_order": ["type": "array"], "block_count": HeaperPieces.count,
                "created_at": HeaperPieces.time, "updated_at": HeaperPieces.time,
            ]
        ),
        HeaperPieces.schema(
            "HeaperNewHeap",
            [
                "name": HeaperPieces.text, "title": HeaperPieces.text, "id": HeaperPieces.id,
                "heap_id": HeaperPieces.id, "encrypted": HeaperPieces.flag,
            ],
            optional: ["name", "title", "id", "heap_id", "encrypted"]
        ),
        HeaperPieces.schema("HeaperQuery", filters, optional: filterNames),
        HeaperPieces.schema(
            "HeaperChangesQuery",
            [
                "heap_id": HeaperPieces.id, "marker": HeaperPieces.text, "since": HeaperPieces.milliseconds,
                "limit": HeaperPieces.count,
            ],
            optional: ["marker", "since", "limit"]
        ),
    ]

    private static let filters: JSONValue = [
        "heap_id": HeaperPieces.id, "limit": HeaperPieces.count, "cursor": HeaperPieces.text,
        "offset": HeaperPieces.count, "type": HeaperPieces.text, "tag_id": HeaperPieces.id,
        "search": ["type": "string", "maxLength": 1000],
        "sort": ["type": "string", "description": "updated, created or title, with :asc or :desc"],
    ]
    private static let filterNames = ["limit", "cursor", "offset", "type", "tag_id", "search", "sort"]

    private static func list(_ path: String, id: String, member: String) -> OpenAPIOperation {
        OpenAPIOperation(
            "post",
            path,
            id: id,
            tag: "Heaps",
            summary: "List heaps",
            description: "The oldest first.",
            responses: [
                HeaperPieces.answer(
                    "The caller's heaps",
                    .object([
                        .init("success", ["const": true]),
                        .init(member, HeaperPieces.list(of: OpenAPI.schema("HeaperHeap"))),
                    ])
                ),
                HeaperPieces.noToken,
                HeaperPieces.notApproved,
            ],
            security: HeaperPieces.needsToken
        )
    }

    private static let add = OpenAPIOperation(
        "post",
        "/api/heap/add",
        id: "heaperAddHeap",
        tag: "Heaps",
        summary: "Make a heap",
        description: "With its index block, whose id is `heap_id`. The same ids again find the same heap.",
        body: HeaperPieces.body("HeaperNewHeap"),
        responses: [
            HeaperPieces.answer(
                "The heap",
                [
                    "success": ["const": true], "id": HeaperPieces.id, "heap": OpenAPI.schema("HeaperHeap"),
                    "workspace": OpenAPI.schema("HeaperHeap"),
                ]
            ),
            HeaperPieces.problem(400, "No name, or an id of wrong form"),
            HeaperPieces.noToken,
            HeaperPieces.notApproved,
            HeaperPieces.problem(409, "An id is taken"),
        ],
        security: HeaperPieces.needsToken
    )

    private static let delete = OpenAPIOperation(
        "delete",
        "/api/heap/{id}",
        id: "heaperDeleteHeap",
        tag: "Heaps",
        summary: "Delete a heap",
        description: "It is gone for everybody at once; its bytes are freed some days later.",
        parameters: [OpenAPI.path("id", "The heap, or its index block")],
        responses: [
            HeaperPieces.answer(
                "Deleted",
                ["success": ["const": true], "id": HeaperPieces.id, "deleted_blocks": HeaperPieces.count]
            ),
            HeaperPieces.noToken,
            HeaperPieces.problem(403, "Not the owner"),
            HeaperPieces.problem(404, "Unknown, or not the caller's"),
        ],
        security: HeaperPieces.needsToken
    )

    private static let stats = OpenAPIOperation(
        "get",
        "/api/heap/stats/{id}",
        id: "heaperHeapStats",
        tag: "Heaps",
        summary: "Count what a heap holds",
        description: "The same bytes count once.",
        parameters: [OpenAPI.path("id", "The heap, or its index block")],
        responses: [
            HeaperPieces.answer(
                "Figures",
                [
                    "success": ["const": true], "heap_id": HeaperPieces.id, "block_count": HeaperPieces.count,
                    "trashed_count": HeaperPieces.count, "file_count": HeaperPieces.count,
                    "storage_bytes": HeaperPieces.count, "thumbnail_bytes": HeaperPieces.count,
                    "duplicate_count": HeaperPieces.count, "by_type": ["type": "object"],
                    "last_change": HeaperPieces.milliseconds,
                ]
            )
        ] + failures,
        security: HeaperPieces.needsToken
    )

    private static let blocks = OpenAPIOperation(
        "post",
        "/api/heap",
        id: "heaperBlocks",
        tag: "Heaps",
        summary: "List blocks",
        description: "Live ones, the newest change first. Go on with `cursor` as `next_cursor`.",
        body: HeaperPieces.body("HeaperQuery"),
        responses: [
            HeaperPieces.answer(
                "One page",
                [
                    "success": ["const": true], "blocks": HeaperPieces.list(of: OpenAPI.schema("HeaperBlock")),
                    "total": HeaperPieces.count, "has_more": HeaperPieces.flag,
                    "next_cursor": ["type": ["string", "null"]],
                ]
            ),
            HeaperPieces.malformed,
        ] + failures,
        security: HeaperPieces.needsToken
    )

    private static let count = OpenAPIOperation(
        "post",
        "/api/heap_count",
        id: "heaperCount",
        tag: "Heaps",
        summary: "Count blocks",
        description: "Those that the filters let through, and all live ones.",
        body: HeaperPieces.body("HeaperQuery"),
        responses: [
            HeaperPieces.answer(
                "Counts",
                [
                    "success": ["const": true], "heap_id": HeaperPieces.id, "count": HeaperPieces.count,
                    "total": HeaperPieces.count,
                ]
            ),
            HeaperPieces.malformed,
        ] + failures,
        security: HeaperPieces.needsToken
    )

    private static let changed = OpenAPIOperation(
        "post",
        "/api/heap/changed_blocks",
        id: "heaperChangedBlocks",
        tag: "Heaps",
        summary: "List blocks that changed since a marker",
        description:
            "A marker is what the last answer gave, Unix milliseconds, or a time; any other means the beginning.",
        body: HeaperPieces.body("HeaperChangesQuery"),
        responses: [
            HeaperPieces.answer(
                "One page",
                [
                    "success": ["const": true], "blocks": HeaperPieces.list(of: OpenAPI.schema("HeaperBlock")),
                    "deleted": HeaperPieces.list(of: HeaperPieces.id), "marker": HeaperPieces.text,
                    "has_more": HeaperPieces.flag,
                ]
            ),
            HeaperPieces.malformed,
        ] + failures,
        security: HeaperPieces.needsToken
    )
}
