import CofferHTTP

/// Uploading, whole and in chunks.
enum HeaperUploadOperations {
    private static let caller = OpenAPIGroup("Files", security: HeaperPieces.needsToken)

    static let all = [file, begin, status, chunk, complete, fileStatus]

    static let schemas = [
        OpenAPI.named(
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
        OpenAPI.named(
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
        OpenAPI.named(
            "HeaperUploadState",
            [
                "status": ["enum": ["in_progress", "complete"]],
                "uploaded_chunks": numbers, "missing_chunks": numbers, "uploaded_bytes": HeaperPieces.count,
                "total_chunks": HeaperPieces.count, "chunk_size": HeaperPieces.count,
                "file_size": HeaperPieces.count, "expires_at": expiry, "file_id": HeaperPieces.id,
            ],
            optional: ["file_id"]
        ),
        OpenAPI.named(
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

    private static let file = caller.post(
        "/api/upload/file/{heap_id}/{block_id}",
        id: "heaperUploadFile",
        "Upload a file in one form"
    )
    .explained("`file` and `hash` in any order; the file is stored as it comes, and kept if it has that SHA-256.")
    .taking(place)
    .sending([
        "required": true,
        "content": [
            "multipart/form-data": [
                "schema": OpenAPI.object(
                    [
                        "file": ["type": "string", "format": "binary"], "hash": HeaperPieces.hash,
                        "name": HeaperPieces.text, "mime_type": HeaperPieces.text,
                    ],
                    optional: ["name", "mime_type"]
                )
            ]
        ],
    ])
    .answering("The file is durable", uploaded)
    .answering(HeaperPieces.malformed, HeaperPieces.noToken, mayNotWrite, noPlace, tooLarge)
    .failing([422: "The bytes have another SHA-256; nothing is kept"])
    .answering(full)

    private static let begin = caller.post(
        "/api/upload/init/{heap_id}/{block_id}",
        id: "heaperUploadInit",
        "Begin an upload in chunks, or go on with it"
    )
    .explained(
        """
        `exists`: this account has the bytes already, and the block has them now, too. An upload is forgotten seven days \
        after its last chunk.
        """
    )
    .taking(place)
    .sending(OpenAPI.body("HeaperUploadWish"))
    .answering(200, "What is to be sent", "HeaperUpload")
    .answering(HeaperPieces.malformed, HeaperPieces.noToken, mayNotWrite, noPlace)
    .failing([409: "Begun with another size or chunk size"])
    .answering(tooLarge, full)

    private static let status = caller.get(
        "/api/upload/status/{heap_id}/{block_id}/{hash}",
        id: "heaperUploadStatus",
        "How far an upload in chunks has come"
    )
    .explained("Of a complete file, chunks are counted in the usual size.")
    .taking(hashed)
    .answering(200, "What is there", "HeaperUploadState")
    .answering(HeaperPieces.malformed, HeaperPieces.noToken, HeaperPieces.notApproved)
    .failing([404: "There is no such upload; `status` is `not_found`"])

    private static let chunk = caller.put(
        "/api/upload/chunk/{heap_id}/{block_id}/{hash}/{index}",
        id: "heaperUploadChunk",
        "Send one chunk"
    )
    .explained(
        """
        In any order and in parallel. A chunk that comes again replaces the earlier one, once it is there whole. \
        `Content-Digest` (RFC 9530) is checked.
        """
    )
    .taking(hashed + [OpenAPI.path("index", "From 0 on", schema: HeaperPieces.count)])
    .sending(OpenAPI.bytes)
    .answering(
        "The chunk is durable",
        ["status": ["const": "ok"], "index": HeaperPieces.count, "size": HeaperPieces.count]
    )
    .failing([400: "Not `chunk_size` bytes, or no such index"])
    .answering(HeaperPieces.noToken, mayNotWrite)
    .failing([404: "No such heap, block or upload", 422: "The bytes do not fit their `Content-Digest`"])
    .answering(full)

    private static let complete = caller.post(
        "/api/upload/complete/{heap_id}/{block_id}/{hash}",
        id: "heaperUploadComplete",
        "End an upload in chunks"
    )
    .explained("Can be repeated; the file is the same. It is named in the block's document by then.")
    .taking(hashed)
    .sending(["content": ["application/json": ["schema": OpenAPI.schema("HeaperFinale")]]])
    .answering(
        "The file is durable",
        [
            "status": ["const": "complete"], "success": ["const": true], "block_id": HeaperPieces.id,
            "file_hash": HeaperPieces.hash, "file_id": HeaperPieces.id, "file": OpenAPI.schema("HeaperFile"),
        ]
    )
    .answering(HeaperPieces.malformed, HeaperPieces.noToken, mayNotWrite)
    .failing([
        404: "No such heap, block or upload", 409: "Chunks are missing: `missing_chunks`",
        422: "The bytes have another SHA-256: `expected`, `actual`; the upload is gone",
    ])
    .answering(full)

    private static let fileStatus = caller.get(
        "/api/status/file/{heap_id}/{block_id}/{hash}",
        id: "heaperFileStatus",
        "Whether a file is here"
    )
    .explained("What the caller may not see is missing.")
    .taking(hashed)
    .answering(
        "What is known",
        [
            "status": ["enum": ["uploaded", "in_progress", "missing"]], "exists": HeaperPieces.flag,
            "is_uploaded": HeaperPieces.flag, "block_id": HeaperPieces.id, "file_hash": HeaperPieces.hash,
            "file_id": HeaperPieces.id, "file_size": HeaperPieces.count,
            "uploaded_bytes": HeaperPieces.count,
        ],
        optional: ["file_id", "file_size", "uploaded_bytes"]
    )
    .answering(HeaperPieces.malformed, HeaperPieces.noToken, HeaperPieces.notApproved)
    .failing([404: "Unknown heap, or somebody else's"])
}
