package import CofferHTTP

extension RavenZeroDialect {
    package var openAPI: OpenAPIDocument {
        OpenAPIDocument(
            title: "Raven Zero API",
            version: "0.1.0",
            description: """
                Drop a file anonymously under three words. It is gone after some minutes or some downloads, whichever \
                comes first.

                * No accounts: whoever knows the key can preview the file once and download it while uses are left.
                * Files are sealed at rest; deleting one destroys its key first.
                * Ten wrong keys from one address block that address for a while.
                """,
            tags: [
                (name: "Upload", description: "Leave a file"),
                (name: "Preview", description: "Look at what a file is, once"),
                (name: "Download", description: "Fetch a file and spend a use"),
                (name: "Health", description: "State of the service"),
                (name: "Status", description: "Look at a key without spending anything"),
            ],
            operations: RavenZeroOperations.all,
            schemas: RavenZeroSchemas.all
        )
    }
}

/// The five operations, with the ids that generated clients of the original program use.
enum RavenZeroOperations {
    static let all: [OpenAPIOperation] = [upload, preview, download, health, status]

    private static let key = OpenAPI.path("key", "Three words joined by hyphens, as the upload answered")
    private static let blocked = OpenAPI.json(429, "Too many wrong keys from this address", schema: "ErrorResponse")

    private static let upload = OpenAPIGroup("Upload").post("/upload/", id: "upload_file_upload__post", "Upload a file")
        .explained("Stores a file of at most 10,485,760 bytes and answers its key.")
        .sending([
            "required": true,
            "content": ["multipart/form-data": ["schema": OpenAPI.schema("Body_upload_file_upload__post")]],
        ])
        .answering(201, "The file is stored", "UploadResponse")
        .answering(
            OpenAPI.content(
                400,
                "A form field is wrong, or the file is too large, empty or of a refused type",
                [
                    "application/json": [
                        "schema": [
                            "anyOf": [OpenAPI.schema("HTTPValidationError"), OpenAPI.schema("ErrorResponse")]
                        ]
                    ]
                ]
            )
        )
        .answering(429, "Too many uploads from this address", "ErrorResponse")
        .answering(500, "The upload could not be stored", "ErrorResponse")
        .answering(507, "The disk is full", "ErrorResponse")

    private static let preview = OpenAPIGroup("Preview").get(
        "/preview/{key}",
        id: "preview_upload_preview__key__get",
        "Preview an upload once"
    )
    .explained("Answers what the file is. One caller per upload gets this answer, ever; it spends no use.")
    .taking(key)
    .answering(200, "What the file is", "PreviewResponse")
    .answering(404, "Unknown or expired key, or already previewed", "ErrorResponse")
    .answering(blocked)

    private static let download = OpenAPIGroup("Download").get(
        "/download/{key}",
        id: "download_file_download__key__get",
        "Download the file"
    )
    .explained("Spends one use. The bytes are verified before the first of them is sent.")
    .taking(key)
    .answering(OpenAPI.binary(200, "The file, with its digest in X-SHA256"))
    .answering(404, "Unknown, expired or burned", "ErrorResponse")
    .answering(410, "No use is left; the last reader is still active", "ErrorResponse")
    .answering(blocked)
    .answering(500, "The stored bytes are damaged", "ErrorResponse")

    private static let health = OpenAPIGroup("Health").get(
        "/health/",
        id: "health_check_health__get",
        "State of each service"
    )
    .explained("Always 200; `degraded` when the store, the file storage or the word list does not work.")
    .answering(200, "The state", "HealthResponse")
    .answering(429, "Asked more than once a second", "ErrorResponse")

    private static let status = OpenAPIGroup("Status").get(
        "/status/{key}",
        id: "get_file_status_status__key__get",
        "State of a key"
    )
    .explained("Spends nothing. A key that never existed answers the same as one that is gone.")
    .taking(key)
    .answering(200, "The state", "StatusResponse")
    .answering(blocked)
}
