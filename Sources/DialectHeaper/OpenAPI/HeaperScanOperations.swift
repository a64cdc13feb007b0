import CofferHTTP

/// Scans of folders, and the jobs beside them.
enum HeaperScanOperations {
    private static let caller = OpenAPIGroup("Scans", security: HeaperPieces.needsToken)

    static let all = [scan, abort] + active + [reindex, regenerate]

    static let schemas = [
        OpenAPI.named(
            "HeaperScan",
            [
                "scan_id": HeaperPieces.id, "heap_id": HeaperPieces.id,
                "path": ["type": "string", "description": "Below the heap's folder; empty for all of it"],
                "status": status,
                "files_found": HeaperPieces.count,
                "files_done": HeaperPieces.count,
                "new_blocks": HeaperPieces.count,
                "updated": [
                    "type": "integer", "minimum": 0,
                    "description": "Blocks whose file changed, moved, went or came back",
                ],
                "duplicates": HeaperPieces.count,
                "skipped": [
                    "type": "integer", "minimum": 0,
                    "description": "What .heaperignore leaves out, links, pipes, sockets and devices",
                ],
                "errors": ["type": "integer", "minimum": 0, "description": "Files and folders that cannot be read"],
                "current_path": ["type": ["string", "null"]],
                "started_at": HeaperPieces.time,
                "finished_at": ["type": ["string", "null"], "format": "date-time"],
            ]
        )
    ]

    private static let status: JSONValue = [
        "type": "string", "enum": ["running", "aborting", "aborted", "done", "failed"],
    ]

    private static func body(_ properties: JSONValue, optional: [String]) -> JSONValue {
        let schema = OpenAPI.object(properties, optional: optional)
        return ["content": ["application/json": ["schema": schema]]]
    }

    private static let scan = caller.post(
        "/api/scan_folder",
        id: "heaperScanFolder",
        "Look for files in a heap's folders"
    )
    .explained(
        """
        The folders are those that the operator keeps for the heap on the server's machine. Each file becomes a block \
        that refers to it; originals stay as they are and where they are. `.heaperignore` files count as \
        `.gitignore` does; links are never followed. Progress is told on `/api/ws` and on the heap's channel of `/ws`.
        """
    )
    .sending(body(["heap_id": HeaperPieces.id, "path": HeaperPieces.text], optional: ["path"]))
    .answering(
        "It has begun, or waits for another scan of the heap",
        [
            "success": ["const": true], "scan_id": HeaperPieces.id, "status": status,
            "scan": OpenAPI.schema("HeaperScan"),
        ]
    )
    .answering(HeaperPieces.malformed, HeaperPieces.noToken)
    .failing([
        403: "The path leads out of the folder, or the heap may only be read", 404: "No such heap, or no such folder",
        409: "This folder is being scanned, by `scan_id`; or the heap is encrypted",
    ])

    private static let abort = caller.post("/api/abort_scan", id: "heaperAbortScan", "Stop a scan")
        .explained("By its id, or all scans of a heap. What it has found stays.")
        .sending(
            body(
                ["scan_id": HeaperPieces.id, "heap_id": HeaperPieces.id],
                optional: ["scan_id", "heap_id"]
            )
        )
        .answering(
            "It stops soon, or is finished",
            ["success": ["const": true], "scan_id": HeaperPieces.id, "status": status]
        )
        .answering(HeaperPieces.malformed, HeaperPieces.noToken)
        .failing([403: "The heap may only be read", 404: "No such scan, or none of this heap is active"])

    private static let active = ["get", "post"].map { method in
        caller.operation(
            method,
            "/api/active_scans",
            id: method == "get" ? "heaperActiveScans" : "heaperActiveScansPost",
            "List scans that wait or run"
        )
        .explained("Those that the caller has started; an administrator sees all.")
        .answering(
            "The oldest first",
            ["success": ["const": true], "scans": HeaperPieces.list(of: OpenAPI.schema("HeaperScan"))]
        )
        .answering(HeaperPieces.noToken)
    }

    private static let reindex = caller.post(
        "/api/reindex_files",
        id: "heaperReindexFiles",
        "Make the index of files anew"
    )
    .explained(
        """
        In the background: blocks and files from their documents, and whether each file's bytes are there. Without a \
        heap, all are meant in which the caller may write.
        """
    )
    .sending(body(["heap_id": HeaperPieces.id], optional: ["heap_id"]))
    .answering(
        "Ordered",
        ["success": ["const": true], "job_id": HeaperPieces.id, "queued": HeaperPieces.count]
    )
    .answering(HeaperPieces.malformed, HeaperPieces.noToken)
    .failing([403: "The heap may only be read", 404: "No such heap"])

    private static let regenerate = caller.post(
        "/api/regenerate_file",
        id: "heaperRegenerateFile",
        "Find out anew what a file is"
    )
    .explained("Type by content, size, dimensions; generated thumbnails are made anew when asked for.")
    .sending(
        body(
            ["block_id": HeaperPieces.id, "file_id": HeaperPieces.id, "hash": HeaperPieces.text],
            optional: ["block_id", "file_id", "hash"]
        )
    )
    .answering(
        "The file as it is now",
        ["success": ["const": true], "file": ["type": "object"]]
    )
    .answering(HeaperPieces.malformed, HeaperPieces.noToken)
    .failing([
        403: "The heap may only be read", 404: "No such file, or its bytes are not here", 409: "The heap is encrypted",
        503: "Too many files are being looked into; has `Retry-After`",
    ])
}
