import CofferHTTP

/// Heaps and lists of their blocks.
enum HeaperHeapOperations {
    private static let caller = OpenAPIGroup("Heaps", security: HeaperPieces.needsToken)

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
        OpenAPI.named(
            "HeaperHeap",
            [
                "id": HeaperPieces.id, "heap_id": HeaperPieces.id, "name": HeaperPieces.text,
                "title": HeaperPieces.text, "owner_id": HeaperPieces.text,
                "role": ["enum": ["owner", "editor", "viewer"]], "encrypted": HeaperPieces.flag,
                "sidebar_order": ["type": "array"], "block_count": HeaperPieces.count,
                "created_at": HeaperPieces.time, "updated_at": HeaperPieces.time,
            ]
        ),
        OpenAPI.named(
            "HeaperNewHeap",
            [
                "name": HeaperPieces.text, "title": HeaperPieces.text, "id": HeaperPieces.id,
                "heap_id": HeaperPieces.id, "encrypted": HeaperPieces.flag,
            ],
            optional: ["name", "title", "id", "heap_id", "encrypted"]
        ),
        OpenAPI.named("HeaperQuery", filters, optional: filterNames),
        OpenAPI.named(
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
        caller.post(path, id: id, "List heaps")
            .explained("The oldest first.")
            .answering(
                "The caller's heaps",
                .object([
                    .init("success", ["const": true]),
                    .init(member, HeaperPieces.list(of: OpenAPI.schema("HeaperHeap"))),
                ])
            )
            .answering(HeaperPieces.noToken, HeaperPieces.notApproved)
    }

    private static let add = caller.post("/api/heap/add", id: "heaperAddHeap", "Make a heap")
        .explained("With its index block, whose id is `heap_id`. The same ids again find the same heap.")
        .sending(OpenAPI.body("HeaperNewHeap"))
        .answering(
            "The heap",
            [
                "success": ["const": true], "id": HeaperPieces.id, "heap": OpenAPI.schema("HeaperHeap"),
                "workspace": OpenAPI.schema("HeaperHeap"),
            ]
        )
        .failing([400: "No name, or an id of wrong form"])
        .answering(HeaperPieces.noToken, HeaperPieces.notApproved)
        .failing([409: "An id is taken"])

    private static let delete = caller.delete("/api/heap/{id}", id: "heaperDeleteHeap", "Delete a heap")
        .explained("It is gone for everybody at once; its bytes are freed some days later.")
        .taking(OpenAPI.path("id", "The heap, or its index block"))
        .answering(
            "Deleted",
            ["success": ["const": true], "id": HeaperPieces.id, "deleted_blocks": HeaperPieces.count]
        )
        .answering(HeaperPieces.noToken)
        .failing([403: "Not the owner", 404: "Unknown, or not the caller's"])

    private static let stats = caller.get("/api/heap/stats/{id}", id: "heaperHeapStats", "Count what a heap holds")
        .explained("The same bytes count once.")
        .taking(OpenAPI.path("id", "The heap, or its index block"))
        .answering(
            "Figures",
            [
                "success": ["const": true], "heap_id": HeaperPieces.id, "block_count": HeaperPieces.count,
                "trashed_count": HeaperPieces.count, "file_count": HeaperPieces.count,
                "storage_bytes": HeaperPieces.count, "thumbnail_bytes": HeaperPieces.count,
                "duplicate_count": HeaperPieces.count, "by_type": ["type": "object"],
                "last_change": HeaperPieces.milliseconds,
            ]
        )
        .answering(failures)

    private static let blocks = caller.post("/api/heap", id: "heaperBlocks", "List blocks")
        .explained("Live ones, the newest change first. Go on with `cursor` as `next_cursor`.")
        .sending(OpenAPI.body("HeaperQuery"))
        .answering(
            "One page",
            [
                "success": ["const": true], "blocks": HeaperPieces.list(of: OpenAPI.schema("HeaperBlock")),
                "total": HeaperPieces.count, "has_more": HeaperPieces.flag,
                "next_cursor": ["type": ["string", "null"]],
            ]
        )
        .answering(HeaperPieces.malformed)
        .answering(failures)

    private static let count = caller.post("/api/heap_count", id: "heaperCount", "Count blocks")
        .explained("Those that the filters let through, and all live ones.")
        .sending(OpenAPI.body("HeaperQuery"))
        .answering(
            "Counts",
            [
                "success": ["const": true], "heap_id": HeaperPieces.id, "count": HeaperPieces.count,
                "total": HeaperPieces.count,
            ]
        )
        .answering(HeaperPieces.malformed)
        .answering(failures)

    private static let changed = caller.post(
        "/api/heap/changed_blocks",
        id: "heaperChangedBlocks",
        "List blocks that changed since a marker"
    )
    .explained("A marker is what the last answer gave, Unix milliseconds, or a time; any other means the beginning.")
    .sending(OpenAPI.body("HeaperChangesQuery"))
    .answering(
        "One page",
        [
            "success": ["const": true], "blocks": HeaperPieces.list(of: OpenAPI.schema("HeaperBlock")),
            "deleted": HeaperPieces.list(of: HeaperPieces.id), "marker": HeaperPieces.text,
            "has_more": HeaperPieces.flag,
        ]
    )
    .answering(HeaperPieces.malformed)
    .answering(failures)
}
