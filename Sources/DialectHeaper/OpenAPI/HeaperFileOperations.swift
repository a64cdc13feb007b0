import CofferHTTP

/// Content of files.
enum HeaperFileOperations {
    private static let callerOrLink = OpenAPIGroup(
        "Files",
        security: HeaperPieces.needsToken,
        otherSecurity: HeaperPieces.orLinkToken
    )

    static let all = [raw("get"), raw("head"), stream("get"), stream("head")]

    static let schemas = [
        OpenAPI.named(
            "HeaperFile",
            [
                "id": HeaperPieces.id,
                "block_id": HeaperPieces.id,
                "hash": HeaperPieces.hash,
                "name": HeaperPieces.text,
                "mime_type": HeaperPieces.text,
                "file_size": HeaperPieces.count,
                "width": ["type": ["integer", "null"]],
                "height": ["type": ["integer", "null"]],
                "duration": ["type": ["number", "null"], "description": "Seconds"],
                "exif_data": ["description": "What the image tells of itself"],
                "is_uploaded": ["type": "boolean", "description": "Whether the bytes are here"],
                "created_at": HeaperPieces.time,
                "thumbnails": HeaperPieces.list(of: ["type": "object"]),
            ]
        )
    ]

    static let key = OpenAPI.path(
        "key",
        "A block, a file, or a SHA-256 that only one of the caller's files has",
        schema: HeaperPieces.text
    )
    static let slug = OpenAPI.path("slug", "For people; its text does not matter")
    static let hash = OpenAPI.query(
        "hash",
        "Which of several files of a block; the newest upload without it",
        required: false,
        schema: HeaperPieces.hash
    )
    private static let range = OpenAPI.header("Range", "One range; several give all", required: false)

    static let notFound = HeaperPieces.problem(
        404,
        "`file_not_found`: unknown, or of somebody else; `file_not_ready`: its bytes are not here"
    )

    private static func raw(_ method: String) -> OpenAPIOperation {
        bytes(
            method,
            "/api/file/{key}/raw/{slug}",
            id: method == "get" ? "heaperRaw" : "heaperRawHead",
            summary: "Get a file",
            more: [OpenAPI.query("download", "1 makes browsers save it", required: false)]
        )
    }

    private static func stream(_ method: String) -> OpenAPIOperation {
        bytes(
            method,
            "/api/stream/{key}/{slug}",
            id: method == "get" ? "heaperStream" : "heaperStreamHead",
            summary: "Get a file, for players",
            more: []
        )
    }

    private static func bytes(
        _ method: String,
        _ path: String,
        id: String,
        summary: String,
        more: [JSONValue]
    ) -> OpenAPIOperation {
        callerOrLink.operation(method, path, id: id, summary)
            .explained(
                """
                The ETag is the file's SHA-256; `If-None-Match` and `If-Range` compare with it. HTML, SVG and XML come with a \
                sandbox.
                """
            )
            .taking([key, slug, hash] + more + [range])
            .answering(
                OpenAPI.binary(200, "The bytes"),
                OpenAPI.binary(206, "The range that was asked for"),
                .init("304", ["description": "The client has these bytes"]),
                HeaperPieces.malformed,
                HeaperPieces.noToken,
                HeaperPieces.notApproved,
                notFound
            )
            .failing([416: "The range lies behind the end"])
    }
}
