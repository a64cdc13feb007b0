import CofferHTTP

/// Scans of folders, and the jobs beside them.
enum HeaperScanOperations {
    static let all = [scan, abort] + active + [reindex, regenerate]

    static let schemas = [
        HeaperPieces.schema(
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
        let schema = HeaperPieces.object(properties, optional: optional)
        return ["content": ["application/json": ["schema": schema]]]
    }

    private static let scan = OpenAPIOperation(
        "post",
        "/api/scan_folder",
        id: "heaperScanFolder",
        tag: "Scans",
        summary: "Look for files in a heap's folders",
        description: """
            The folders are those that the operator keeps for the heap on the server's machine. Each file becomes a block \
            that refers to it; originals stay as they are and where they are. `.heaperignore` files count as \
            `.gitignore` does; links are never followed. Progress is told on `/api/ws` and on the heap's channel of `/ws`.
            """,
        body: body(["heap_id": HeaperPieces.id, "path": HeaperPieces.text], optional: ["path"]),
        responses: [
            HeaperPieces.answer(
                "It has begun, or waits for another scan of the heap",
                [
                    "success": ["const": true], "scan_id": HeaperPieces.id, "status": status,
                    "scan": OpenAPI.schema("HeaperScan"),
                ]
            ),
            HeaperPieces.malformed,
            HeaperPieces.noToken,
            HeaperPieces.problem(403, "The path leads out of the folder, or the heap may only be read"),
            HeaperPieces.problem(404, "No such heap, or no such folder"),
            HeaperPieces.problem(409, "This folder is being scanned, by `scan_id`; or the heap is encrypted"),
        ],
        security: HeaperPieces.needsToken
    )

    private static let abort = OpenAPIOperation(
        "post",
        "/api/abort_scan",
        id: "heaperAbortScan",
        tag: "Scans",
        summary: "Stop a scan",
        description: "By its id, or all scans of a heap. What it has found stays.",
        body: body(
            ["scan_id": HeaperPieces.id, "heap_id": HeaperPieces.id],
            optional: ["scan_id", "heap_id"]
        ),
        responses: [
            HeaperPieces.answer(
                "It stops soon, or is finished",
                ["success": ["const": true], "scan_id": HeaperPieces.id, "status": status]
            ),
            HeaperPieces.malformed,
            HeaperPieces.noToken,
            HeaperPieces.problem(403, "The heap may only be read"),
            HeaperPieces.problem(404, "No such scan, or none of this heap is active"),
        ],
        security: HeaperPieces.needsToken
    )

    private static let active = ["get", "post"].map { method in
        OpenAPIOperation(
            method,
            "/api/active_scans",
            id: method == "get" ? "heaperActiveScans" : "heaperActiveScansPost",
            tag: "Scans",
            summary: "List scans that wait or run",
            description: "Those that the caller has started; an administrator sees all.",
            responses: [
                HeaperPieces.answer(
                    "The oldest first",
                    ["success": ["const": true], "scans": HeaperPieces.list(of: OpenAPI.schema("HeaperScan"))]
                ),
                HeaperPieces.noToken,
            ],
            security: HeaperPieces.needsToken
        )
    }

    private static let reindex = OpenAPIOperation(
        "post",
        "/api/reindex_files",
        id: "heaperReindexFiles",
        tag: "Scans",
        summary: "Make the index of files anew",
        description: """
            In the background: blocks and files from their documents, and whether each file's bytes are there. Without a \
            heap, all are meant in which the caller may write.
            """,
        body: body(["heap_id": HeaperPieces.id], optional: ["heap_id"]),
        responses: [
            HeaperPieces.answer(
                "Ordered",
                ["success": ["const": true], "job_id": HeaperPieces.id, "queued": HeaperPieces.count]
            ),
            HeaperPieces.malformed,
            HeaperPieces.noToken,
            HeaperPieces.problem(403, "The heap may only be read"),
            HeaperPieces.problem(404, "No such heap"),
        ],
        security: HeaperPieces.needsToken
    )

    private static let regenerate = OpenAPIOperation(
        "post",
        "/api/regenerate_file",
        id: "heaperRegenerateFile",
        tag: "Scans",
        summary: "Find out anew what a file is",
        description: "Type by content, size, dimensions; generated thumbnails are made anew when asked for.",
        body: body(
            ["block_id": HeaperPieces.id, "file_id": HeaperPieces.id, "hash": HeaperPieces.text],
            optional: ["block_id", "file_id", "hash"]
        ),
        responses: [
            HeaperPieces.answer(
                "The file as it is now",
                ["success": ["const": true], "file": ["type": "object"]]
            ),
            HeaperPieces.malformed,
            HeaperPieces.noToken,
            HeaperPieces.problem(403, "The heap may only be read"),
            HeaperPieces.problem(404, "No such file, or its bytes are not here"),
            HeaperPieces.problem(409, "The heap is encrypted"),
        ],
        security: HeaperPieces.needsToken
    )
}
