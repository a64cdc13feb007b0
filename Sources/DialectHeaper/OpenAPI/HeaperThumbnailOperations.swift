import CofferHTTP

/// Thumbnails.
enum HeaperThumbnailOperations {
    private static let callerOrLink = OpenAPIGroup(
        "Files",
        security: HeaperPieces.needsToken,
        otherSecurity: HeaperPieces.orLinkToken
    )
    private static let caller = OpenAPIGroup("Files", security: HeaperPieces.needsToken)

    static let all = [image, video, animated, upload, download]

    private static let sha256: JSONValue = [
        "type": "string", "pattern": "^[0-9A-Fa-f]{64}$", "description": "SHA-256",
    ]
    private static let key = OpenAPI.path(
        "key",
        "A block's id, a file's id, or a SHA-256 that only one of the caller's files has"
    )
    private static let size = OpenAPI.path(
        "size",
        """
        `tiny` (64 pixels), `small` (256), `medium` (768), `large` (1600), or a number from 16 to 2048, for which the next \
        size up stands; nothing is enlarged
        """
    )
    private static let slug = OpenAPI.path("slug", "For people; it is not looked at")
    private static let hash = OpenAPI.query(
        "hash",
        "Which of several files of a block is meant",
        required: false,
        schema: sha256
    )
    private static let block = OpenAPI.path("block_id", "The block", schema: HeaperPieces.id)
    private static let fileHash = OpenAPI.path("file_hash", "The file's SHA-256", schema: sha256)
    private static let unavailable = HeaperPieces.problem(
        404,
        "`file_not_found`, `file_not_ready`, or `thumbnail_unavailable`: there is none and none can be made"
    )
    private static let busy = HeaperPieces.problem(503, "Too many thumbnails are being made; has `Retry-After`")
    private static let same: JSONValue.Member = .init("304", ["description": "The client has it"])

    private static func picture(_ types: String...) -> JSONValue.Member {
        let bytes: JSONValue = ["schema": ["type": "string", "format": "binary"]]
        return OpenAPI.content(200, "The picture", .object(types.map { .init("image/\($0)", bytes) }))
    }

    private static let image = callerOrLink.get(
        "/api/file/{key}/thumbnail/{size}/{slug}",
        id: "heaperThumbnail",
        "Get a still picture of a file"
    )
    .explained(
        """
        A thumbnail that a client uploaded, one that was made before, or one that is made now. WebP if `Accept` names \
        it, else JPEG, or PNG where pixels may be transparent. Also answers HEAD.
        """
    )
    .taking(key, size, slug, hash)
    .answering(
        picture("webp", "jpeg", "png"),
        same,
        HeaperPieces.malformed,
        HeaperPieces.noToken,
        HeaperPieces.notApproved,
        unavailable,
        busy
    )

    private static let video = callerOrLink.get(
        "/api/file/{key}/video_thumbnail/{size}/{position}",
        id: "heaperVideoThumbnail",
        "Get a frame of a video"
    )
    .explained("A moment after the end gives the last frame. Also answers HEAD.")
    .taking(key, size, OpenAPI.path("position", "Seconds (`12.5`) or percent (`50%25`)"), hash)
    .answering(
        picture("webp", "jpeg"),
        same,
        HeaperPieces.malformed,
        HeaperPieces.noToken,
        HeaperPieces.notApproved,
        unavailable,
        busy
    )

    private static let animated = callerOrLink.get(
        "/api/file/{key}/animated_thumbnail/{size}/{slug}",
        id: "heaperAnimatedThumbnail",
        "Get a moving picture of a file"
    )
    .explained(
        """
        What is stored; a GIF or WebP original of at most 5 MiB itself; or an animated WebP made of a larger one or of \
        the beginning of a video. Also answers HEAD.
        """
    )
    .taking(key, size, slug, hash)
    .answering(
        picture("webp", "gif"),
        same,
        HeaperPieces.malformed,
        HeaperPieces.noToken,
        HeaperPieces.notApproved,
        unavailable,
        busy
    )

    private static let upload = caller.post(
        "/api/upload/thumbnail/{block_id}/{file_hash}/{thumbnail_key}",
        id: "heaperUploadThumbnail",
        "Upload a thumbnail of a file"
    )
    .explained(
        """
        JPEG, PNG, WebP, GIF or AVIF by content, 5 MiB at most. One of the same key is replaced. The key of a video's \
        frame may end in `@` and its position, such as `frame@12.5`.
        """
    )
    .taking(block, fileHash, OpenAPI.path("thumbnail_key", "Names the thumbnail within its file"))
    .sending([
        "required": true,
        "content": [
            "multipart/form-data": [
                "schema": OpenAPI.object(
                    [
                        "thumbnail": ["type": "string", "format": "binary"],
                        "type": ["type": "string", "enum": ["image", "video", "animated"]],
                        "size": ["type": "string", "description": "The key, if it is missing"],
                    ],
                    optional: ["type", "size"]
                )
            ]
        ],
    ])
    .answering(
        "It is stored",
        [
            "status": ["const": "ok"], "block_id": HeaperPieces.id, "file_hash": sha256,
            "thumbnail_key": HeaperPieces.text, "type": HeaperPieces.text, "size": HeaperPieces.text,
        ]
    )
    .failing([400: "Malformed form, or no picture (`not_a_picture`)"])
    .answering(HeaperPieces.noToken)
    .failing([
        403: "The heap may only be read, or the account is not approved", 404: "Block, or a file that it does not have",
        409: "The file has as many thumbnails as it may have", 413: "Too large", 507: "Storage is full",
    ])

    private static let download = callerOrLink.get(
        "/api/download/thumbnail/{block_id}/{file_hash}/{thumbnail_type}/{thumbnail_size}",
        id: "heaperDownloadThumbnail",
        "Download a stored thumbnail"
    )
    .explained("As it was stored; nothing is made. Also answers HEAD.")
    .taking(
        block,
        fileHash,
        OpenAPI.path(
            "thumbnail_type",
            "What it shows",
            schema: ["type": "string", "enum": ["image", "video", "animated"]]
        ),
        OpenAPI.path("thumbnail_size", "Its size or key as uploaded, or the name of one of our sizes")
    )
    .answering(
        picture("webp", "jpeg", "png", "gif", "avif"),
        same,
        HeaperPieces.malformed,
        HeaperPieces.noToken,
        HeaperPieces.notApproved
    )
    .failing([404: "`file_not_found` or `thumbnail_not_found`"])
}
