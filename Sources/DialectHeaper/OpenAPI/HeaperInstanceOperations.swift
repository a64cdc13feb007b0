import CofferHTTP

/// What the server says of itself.
enum HeaperInstanceOperations {
    private static let about = OpenAPIGroup("Instance")
    private static let sync = OpenAPIGroup("Sync")

    static let instance = [
        about.get("/api/", id: "heaperInstance", "Who this server is")
            .explained("Also at `/api`. With an access token `is_admin` and `license` come besides.")
            .answering(200, "The instance", "HeaperInstance"),
        about.get("/api/health", id: "heaperHealth", "Whether server and database work")
            .explained("Where several APIs share the path, the answer has the members of all.")
            .answering(200, "All is well", "HeaperHealth")
            .answering(503, "The database fails", "HeaperHealth"),
    ]

    static let syncHealth = [
        sync.get("/sync/health", id: "heaperSyncHealth", "How live synchronization fares")
            .explained("In numbers of now.")
            .answering(
                "Alive",
                [
                    "status": ["const": "ok"], "documents": HeaperPieces.count, "connections": HeaperPieces.count,
                    "uptime_ms": HeaperPieces.count,
                ]
            )
    ]

    private static let state = OpenAPI.object(["status": ["enum": ["ok", "error"]]])

    private static let counters: JSONValue = [
        "connections": HeaperPieces.count, "documents": HeaperPieces.count, "subscriptions": HeaperPieces.count,
        "frames_in": HeaperPieces.count, "frames_out": HeaperPieces.count, "bytes_in": HeaperPieces.count,
        "bytes_out": HeaperPieces.count, "updates_applied": HeaperPieces.count,
        "updates_rejected": HeaperPieces.count, "auth_denied": HeaperPieces.count,
        "pending_stores": HeaperPieces.count, "uptime_ms": HeaperPieces.count,
    ]

    private static let limit: JSONValue = ["type": ["integer", "null"]]

    static let schemas = [
        OpenAPI.named(
            "HeaperInstance",
            [
                "status": ["const": "ok"], "version": HeaperPieces.text, "name": HeaperPieces.text,
                "public_url": HeaperPieces.text, "public_key": HeaperPieces.text, "selfhosted": ["const": true],
                "is_admin": HeaperPieces.flag, "license": ["type": "object"], "setup_required": ["const": true],
            ],
            optional: ["is_admin", "license", "setup_required"]
        ),
        OpenAPI.named(
            "HeaperHealth",
            [
                "server": state, "database": state, "version": HeaperPieces.text, "name": HeaperPieces.text,
                "public_url": HeaperPieces.text, "public_key": HeaperPieces.text,
                "diagnostics": OpenAPI.object(["realtime": OpenAPI.object(counters)]),
            ]
        ),
        OpenAPI.named(
            "HeaperProfile",
            [
                "success": ["const": true], "id": HeaperPieces.id, "public_key": HeaperPieces.text,
                "email": HeaperPieces.text, "name": HeaperPieces.text, "is_admin": HeaperPieces.flag,
                "approved": HeaperPieces.flag, "state": HeaperPieces.text, "created_at": HeaperPieces.time,
                "subscriptions": ["type": "array"], "entitlements": ["type": "array"],
                "usage": OpenAPI.object([
                    "storage_bytes": HeaperPieces.count, "file_count": HeaperPieces.count,
                    "block_count": HeaperPieces.count, "heap_count": HeaperPieces.count,
                    "thumbnail_bytes": HeaperPieces.count,
                ]),
                "limits": OpenAPI.object(["storage_bytes": limit, "upload_bytes": limit, "heaps": limit]),
            ]
        ),
    ]
}
