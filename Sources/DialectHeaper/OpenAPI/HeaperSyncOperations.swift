import CofferHTTP

/// Synchronization over HTTP.
enum HeaperSyncOperations {
    private static let caller = OpenAPIGroup("Sync", security: HeaperPieces.needsToken)

    static let all = [delta, push, pull]

    static let schemas = [
        OpenAPI.named(
            "HeaperPush",
            [
                "blocks": HeaperPieces.list(
                    of: OpenAPI.object(
                        [
                            "block_id": HeaperPieces.id, "workspace_id": HeaperPieces.id, "state_vector": binary,
                            "update": binary, "sync_version": ["type": "integer", "minimum": 0],
                        ],
                        optional: ["workspace_id", "state_vector", "sync_version"]
                    )
                )
            ]
        ),
        OpenAPI.named(
            "HeaperPull",
            [
                "blocks": HeaperPieces.list(
                    of: OpenAPI.object(
                        [
                            "block_id": HeaperPieces.id, "state_vector": binary,
                            "sync_version": ["type": "integer", "minimum": 0],
                        ],
                        optional: ["state_vector", "sync_version"]
                    )
                )
            ]
        ),
    ]

    private static let binary: JSONValue = [
        "description": """
        Bytes: base64 or base64url text, an array of 0 to 255, Node's Buffer, or a stringified Uint8Array. Answers have \
        base64, or arrays where the request's block had any array-like form.
        """
    ]

    private static let delta = caller.get("/api/sync/delta", id: "heaperDelta", "List changed and deleted blocks")
        .explained(
            """
            In the order of change, up to `limit` over both lists. Ask again with `since` as `server_time` while `has_more`. \
            A `since` more than 180 days old is answered with everything and `full_resync`.
            """
        )
        .taking(
            OpenAPI.query("workspace_id", "The heap, or its index block", required: true, schema: HeaperPieces.id),
            OpenAPI.query("since", "0 if missing or no number", required: false, schema: HeaperPieces.milliseconds),
            HeaperHeapOperations.limit(1000)
        )
        .answering(
            "One page of changes",
            [
                "changed_blocks": HeaperPieces.list(
                    of: OpenAPI.object([
                        "block_id": HeaperPieces.id, "workspace_id": HeaperPieces.id,
                        "sync_version": HeaperPieces.count, "updated_at": HeaperPieces.milliseconds,
                        "type": HeaperPieces.text, "title": HeaperPieces.text,
                    ])
                ),
                "deleted_blocks": HeaperPieces.list(
                    of: OpenAPI.object([
                        "block_id": HeaperPieces.id, "workspace_id": HeaperPieces.id,
                        "deleted_at": HeaperPieces.milliseconds, "permanent": HeaperPieces.flag,
                    ])
                ),
                "server_time": HeaperPieces.milliseconds, "has_more": HeaperPieces.flag,
                "total_changed": HeaperPieces.count, "total_deleted": HeaperPieces.count,
                "full_resync": ["const": true],
            ],
            optional: ["full_resync"]
        )
        .failing([400: "No workspace_id"])
        .answering(HeaperHeapOperations.failures)

    private static func result(_ statuses: [String], _ more: [JSONValue.Member], optional: [String]) -> JSONValue {
        let common: [JSONValue.Member] = [
            .init("block_id", HeaperPieces.text),
            .init("status", ["enum": .array(statuses.map { .string($0) })]),
            .init("sync_version", ["type": ["integer", "null"]]), .init("state_vector", binary),
            .init("update", binary), .init("full_state", binary),
        ]
        return OpenAPI.object(
            .object(common + more),
            optional: ["state_vector", "update", "full_state"] + optional
        )
    }

    private static let push = caller.post("/api/sync/push", id: "heaperPush", "Push updates of documents")
        .explained(
            """
            One result per entry, in order; entries are independent. What is applied is durable and told to live sockets \
            before the answer. Pushing the same again is `unchanged`. Unknown blocks of an own heap are created. At most 500 \
            blocks and 64 MiB.
            """
        )
        .sending(OpenAPI.body("HeaperPush"))
        .answering(
            "What became of each entry",
            [
                "success": ["const": true], "server_time": HeaperPieces.milliseconds,
                "results": HeaperPieces.list(
                    of: result(
                        [
                            "applied", "created", "unchanged", "version_mismatch", "deleted", "forbidden",
                            "invalid",
                            "too_large",
                        ],
                        [.init("success", HeaperPieces.flag), .init("error", HeaperPieces.text)],
                        optional: ["error"]
                    )
                ),
            ]
        )
        .answering(limits)

    private static let pull = caller.post(
        "/api/sync/pull",
        id: "heaperPull",
        "Get what documents have beyond a state vector"
    )
    .explained(
        """
        Another `sync_version` than the current one is answered with the whole document. Trashed blocks come with \
        `deleted`, purged ones without bytes; whatever is not the caller's is `not_found`. Long answers are sent piece \
        by piece.
        """
    )
    .sending(OpenAPI.body("HeaperPull"))
    .answering(
        "What each block has",
        [
            "success": ["const": true], "server_time": HeaperPieces.milliseconds,
            "results": HeaperPieces.list(
                of: result(
                    ["update", "unchanged", "full", "deleted", "not_found"],
                    [
                        .init("workspace_id", HeaperPieces.id), .init("deleted", ["const": true]),
                        .init("permanent", HeaperPieces.flag),
                        .init("deleted_at", HeaperPieces.milliseconds),
                    ],
                    optional: ["workspace_id", "sync_version", "deleted", "permanent", "deleted_at"]
                )
            ),
        ]
    )
    .answering(limits)

    private static let limits: [JSONValue.Member] = [
        HeaperPieces.problem(400, "No JSON, or `blocks` is no array"),
        HeaperPieces.noToken,
        HeaperPieces.notApproved,
        HeaperPieces.problem(413, "More than 500 blocks or 64 MiB"),
        HeaperPieces.problem(503, "Too many large requests at once"),
    ]
}
