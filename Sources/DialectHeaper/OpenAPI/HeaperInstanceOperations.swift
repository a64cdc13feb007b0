import CofferHTTP

/// What the server says of itself.
enum HeaperInstanceOperations {
    static let instance = [
        OpenAPIOperation(
            "get",
            "/api/",
            id: "heaperInstance",
            tag: "Instance",
            summary: "Who this server is",
            description: "Also at `/api`. With an access token `is_admin` and `license` come besides.",
            responses: [OpenAPI.json(200, "The instance", schema: "HeaperInstance")]
        ),
        OpenAPIOperation(
            "get",
            "/api/health",
            id: "heaperHealth",
            tag: "Instance",
            summary: "Whether server and database work",
            description: "Where several APIs share the path, the answer has the members of all.",
            responses: [
                OpenAPI.json(200, "All is well", schema: "HeaperHealth"),
                OpenAPI.json(503, "The database fails", schema: "HeaperHealth"),
            ]
        ),
    ]

    static let syncHealth = [
        OpenAPIOperation(
            "get",
            "/sync/health",
            id: "heaperSyncHealth",
            tag: "Sync",
            summary: "How live synchronization fares",
            description: "In numbers of now.",
            responses: [
                HeaperPieces.answer(
                    "Alive",
                    [
                        "status": ["const": "ok"], "documents": HeaperPieces.count, "connections": HeaperPieces.count,
                        "uptime_ms": HeaperPieces.count,
                    ]
                )
            ]
        )
    ]

    private static let state = HeaperPieces.object(["status": ["enum": ["ok", "error"]]])

    private static let counters: JSONValue = [
        "connections": HeaperPieces.count, "documents": HeaperPieces.count, "subscriptions": HeaperPieces.count,
        "frames_in": HeaperPieces.count, "frames_out": HeaperPieces.count, "bytes_in": HeaperPieces.count,
        "bytes_out": HeaperPieces.count, "updates_applied": HeaperPieces.count,
        "updates_rejected": HeaperPieces.count, "auth_denied": HeaperPieces.count,
        "pending_stores": HeaperPieces.count, "uptime_ms": HeaperPieces.count,
    ]

    private static let limit: JSONValue = ["type": ["integer", "null"]]

    static let schemas = [
        HeaperPieces.schema(
            "HeaperInstance",
            [
                "status": ["const": "ok"], "version": HeaperPieces.text, "name": HeaperPieces.text,
                "public_url": HeaperPieces.text, "public_key": HeaperPieces.text, "selfhosted": ["const": true],
                "is_admin": HeaperPieces.flag, "license": ["type": "object"], "setup_required": ["const": true],
            ],
            optional: ["is_admin", "license", "setup_required"]
        ),
        HeaperPieces.schema(
            "HeaperHealth",
            [
                "server": state, "database": state, "version": HeaperPieces.text, "name": HeaperPieces.text,
                "public_url": HeaperPieces.text, "public_key": HeaperPieces.text,
                "diagnostics": HeaperPieces.object(["realtime": HeaperPieces.object(counters)]),
            ]
        ),
        HeaperPieces.schema(
            "HeaperProfile",
            [
                "success": ["const": true], "id": HeaperPieces.id, "public_key": HeaperPieces.text,
                "email": HeaperPieces.text, "name": HeaperPieces.text, "is_admin": HeaperPieces.flag,
                "approved": HeaperPieces.flag, "state": HeaperPieces.text, "created_at": HeaperPieces.time,
                "subscriptions": ["type": "array"], "entitlements": ["type": "array"],
                "usage": HeaperPieces.object([
                    "storage_bytes": HeaperPieces.count, "file_count": HeaperPieces.count,
                    "block_count": HeaperPieces.count, "heap_count": HeaperPieces.count,
                    "thumbnail_bytes": HeaperPieces.count,
                ]),
                "limits": HeaperPieces.object(["storage_bytes": limit, "upload_bytes": limit, "heaps": limit]),
            ]
        ),
    ]
}
