import CofferHTTP

/// Uploading, whole and in chunks.
enum HeaperUploadOperations {
    static let all = [file, begin, status, chunk, complete, fileStatus]

    static let schemas = [
        HeaperPieces.schema(
            "HeaperUploadWish",
            [
                "hash": HeaperPieces.hash, "file_size": HeaperPieces.count, "name": HeaperPieces.text,
                "mime_type": HeaperPieces.text,
                "chunk_size": [
                    "type": "integer", "description": "64 KiB to 64 MiB, 4 MiB without it; the answer counts",
                ],
                "restart": ["type": "boolean", "description": "Throws away what has arrived"],
            ],
            optional: ["name", "mime_type", "chunk_size", "restart"]
        ),
        HeaperPieces.schema(
            "HeaperUpload",
            [
                "status": ["enum": ["initialized", "resumed", "exists"]],
                "block_id": HeaperPieces.id, "file_hash": HeaperPieces.hash, "file_size": HeaperPieces.count,
                "chunk_size": HeaperPieces.count, "total_chunks": HeaperPieces.count, "uploaded_chunks": numbers,
                "uploaded_bytes": HeaperPieces.count, "expires_at": expiry, "file_id": HeaperPieces.id,
                "file": OpenAPI.schema("HeaperFile"),
            ],
            optional: ["file_id", "file"]
        ),
        HeaperPieces.schema(
            "HeaperUploadState",
            [
                "status": ["enum": ["in_progress", "complete"]],
                "uploaded_chunks": numbers, "missing_chunks": numbers, "uploaded_bytes": HeaperPieces.count,
                "total_chunks": HeaperPieces.count, "chunk_size": HeaperPieces.count,
                "file_size": HeaperPieces.count, "expires_at": expiry, "file_id": HeaperPieces.id,
            ],
            optional: ["file_id"]
        ),
        HeaperPieces.schema(
            "HeaperFinale",
            [
                "name": HeaperPieces.text, "mime_type": HeaperPieces.text, "width": HeaperPieces.count,
                "height": HeaperPieces.count, "duration": ["type": "number", "description": "Seconds"],
                "exif_data": ["description": "JSON, or its text; 64 KiB at most"],
            ],
            optional: ["name", "mime_type", "width", "height", "duration", "exif_data"]
        ),
    ]

    private static let numbers = HeaperPieces.list(of: HeaperPieces.count)
    private static let expiry: JSONValue = ["type": ["string", "null"], "format": "date-time"]
    private static let place = [
        OpenAPI.path("heap_id", "A heap, or its index block", schema: HeaperPieces.id),
        OpenAPI.path("block_id", "A block; one that does not exist is made by its file", schema: HeaperPieces.id),
    ]
    private static let hashed = place + [OpenAPI.path("hash", "SHA-256 of the whole file", schema: HeaperPieces.hash)]
    private static let noPlace = HeaperPieces.problem(404, "Unknown heap or block, or somebody else's")
    private static let mayNotWrite = HeaperPieces.problem(403, "Not approved, or the heap may only be read")
    private static let tooLarge = HeaperPieces.problem(413, "Larger than this server takes")
    private static let full = HeaperPieces.problem(507, "`quota_exceeded`, or `storage_full`")
    private static let uploaded: JSONValue = [
        "status": ["enum": ["uploaded", "exists"]], "block_id": HeaperPieces.id, "file_hash": HeaperPieces.hash,
        "file_id": HeaperPieces.id, "file": OpenAPI.schema("HeaperFile"),
    ]

    private static let file = OpenAPIOperation(
        "post",
        "/api/upload/file/{heap_id}/{block_id}",
        id: "heaperUploadFile",
        tag: "Files",
        summary: "Upload a file in one form",
        description: "`file` and `hash` in any order; the file is stored as it comes, and kept if it has that SHA-256.",
        parameters: place,
        body: [
            "required": true,
            "content": [
                "multipart/form-data": [
                    "schema": HeaperPieces.object(
                        [
                            "file": ["type": "string", "format": "binary"], "hash": HeaperPieces.hash,
                            "name": HeaperPieces.text, "mime_type": HeaperPieces.text,
                        ],
                        optional: ["name", "mime_type"]
                    )
                ]
            ],
        ],
        responses: [
            HeaperPieces.answer("The file is durable", uploaded),
            HeaperPieces.malformed, HeaperPieces.noToken, mayNotWrite, noPlace, tooLarge,
            HeaperPieces.problem(422, "The bytes have another SHA-256; nothing is kept"),
            full,
        ],
        security: HeaperPieces.needsToken
    )

    private static let begin = OpenAPIOperation(
        "post",
        "/api/upload/init/{heap_id}/{block_id}",
        id: "heaperUploadInit",
        tag: "Files",
        summary: "Begin an upload in chunks, or go on with it",
        description: """
            `exists`: this account has the bytes already, and the block has them now, too. An upload is forgotten seven days \
            after its last chunk.
            """,
        parameters: place,
        body: HeaperPieces.body("HeaperUploadWish"),
        responses: [
            OpenAPI.json(200, "What is to be sent", schema: "HeaperUpload"),
            HeaperPieces.malformed, HeaperPieces.noToken, mayNotWrite, noPlace,
            HeaperPieces.problem(409, "Begun with another size or chunk size"),
            tooLarge, full,
        ],
        security: HeaperPieces.needsToken
    )

    private static let status = OpenAPIOperation(
        "get",
        "/api/upload/status/{heap_id}/{block_id}/{hash}",
        id: "heaperUploadStatus",
        tag: "Files",
        summary: "How far an upload in chunks has come",
        description: "Of a complete file, chunks are counted in the usual size.",
        parameters: hashed,
        responses: [
            OpenAPI.json(200, "What is there", schema: "HeaperUploadState"),
            HeaperPieces.malformed, HeaperPieces.noToken, HeaperPieces.notApproved,
            HeaperPieces.problem(404, "There is no such upload; `status` is `not_found`"),
        ],
        security: HeaperPieces.needsToken
    )

    private static let chunk = OpenAPIOperation(
        "put",
        "/api/upload/chunk/{heap_id}/{block_id}/{hash}/{index}",
        id: "heaperUploadChunk",
        tag: "Files",
        summary: "Send one chunk",
        description: """
            In any order and in parallel. A chunk that comes again replaces the earlier one, once it is there whole. \
            `Content-Digest` (RFC 9530) is checked.
            """,
        parameters: hashed + [OpenAPI.path("index", "From 0 on", schema: HeaperPieces.count)],
        body: [
            "required": true,
            "content": ["application/octet-stream": ["schema": ["type": "string", "format": "binary"]]],
        ],
        responses: [
            HeaperPieces.answer(
                "The chunk is durable",
                ["status": ["const": "ok"], "index": HeaperPieces.count, "size": HeaperPieces.count]
            ),
            HeaperPieces.problem(400, "Not `chunk_size` bytes, or no such index"),
            HeaperPieces.noToken, mayNotWrite,
            HeaperPieces.problem(404, "No such heap, block or upload"),
            HeaperPieces.problem(422, "The bytes do not fit their `Content-Digest`"),
            full,
        ],
        security: HeaperPieces.needsToken
    )

    private static let complete = OpenAPIOperation(
        "post",
        "/api/upload/complete/{heap_id}/{block_id}/{hash}",
        id: "heaperUploadComplete",
        tag: "Files",
        summary: "End an upload in chunks",
        description: "Can be repeated; the file is the same. It is named in the block's document by then.",
        parameters: hashed,
        body: ["content": ["application/json": ["schema": OpenAPI.schema("HeaperFinale")]]],
        responses: [
            HeaperPieces.answer(
                "The file is durable",
                [
                    "status": ["const": "complete"], "success": ["const": true], "block_id": HeaperPieces.id,
                    "file_hash": HeaperPieces.hash, "file_id": HeaperPieces.id, "file": OpenAPI.schema("HeaperFile"),
                ]
            ),
            HeaperPieces.malformed, HeaperPieces.noToken, mayNotWrite,
            HeaperPieces.problem(404, "No such heap, block or upload"),
            HeaperPieces.problem(409, "Chunks are missing: `missing_chunks`"),
            HeaperPieces.problem(422, "The bytes have another SHA-256: `expected`, `actual`; the upload is gone"),
            full,
        ],
        security: HeaperPieces.needsToken
    )

    private static let fileStatus = OpenAPIOperation(
        "get",
        "/api/status/file/{heap_id}/{block_id}/{hash}",
        id: "heaperFileStatus",
        tag: "Files",
        summary: "Whether a file is here",
        description: "What the caller may not see is missing.",
        parameters: hashed,
        responses: [
            HeaperPieces.answer(
                "What is known",
                [
                    "status": ["enum": ["uploaded", "in_progress", "missing"]], "exists": HeaperPieces.flag,
                    "is_uploaded": HeaperPieces.flag, "block_id": HeaperPieces.id, "file_hash": HeaperPieces.hash,
                    "file_id": HeaperPieces.id, "file_size": HeaperPieces.count,
                    "uploaded_bytes": HeaperPieces.count,
                ],
                optional: ["file_id", "file_size", "uploaded_bytes"]
            ),
            HeaperPieces.malformed, HeaperPieces.noToken, HeaperPieces.notApproved,
            HeaperPieces.problem(404, "Unknown heap, or somebody else's"),
        ],
        security: HeaperPieces.needsToken
    )
}
