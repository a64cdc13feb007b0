import CofferHTTP

/// The eight schemas of the API description.
enum RavenZeroSchemas {
    static let all: [JSONValue.Member] = [
        .init("Body_upload_file_upload__post", uploadForm),
        .init("ErrorResponse", error),
        .init("HTTPValidationError", validationErrors),
        .init("HealthResponse", health),
        .init("PreviewResponse", preview),
        .init("StatusResponse", status),
        .init("UploadResponse", upload),
        .init("ValidationError", validationError),
    ]

    private static let text: JSONValue = ["type": "string"]
    private static let time: JSONValue = ["type": "string", "format": "date-time"]
    private static let timeOrNull: JSONValue = [
        "anyOf": [["type": "string", "format": "date-time"], ["type": "null"]]
    ]
    private static let positive: JSONValue = ["type": "integer", "exclusiveMinimum": 0]
    private static let count: JSONValue = ["type": "integer", "minimum": 0]

    private static let uploadForm = OpenAPI.object(
        [
            "file": ["type": "string", "format": "binary", "description": "The file, at most 10 MB"],
            "expiry": [
                "type": "integer", "minimum": 1, "maximum": 60, "default": 10,
                "description": "Minutes until it expires",
            ],
            "uses": [
                "type": "integer", "minimum": 1, "maximum": 5, "default": 1, "description": "Downloads until it burns",
            ],
        ],
        optional: ["expiry", "uses"]
    )

    private static let error = OpenAPI.object(["detail": text])

    private static let validationErrors = OpenAPI.object([
        "detail": ["type": "array", "items": OpenAPI.schema("ValidationError")]
    ])

    private static let validationError = OpenAPI.object(
        [
            "type": text,
            "loc": ["type": "array", "items": ["anyOf": [["type": "string"], ["type": "integer"]]]],
            "msg": text,
            "input": [:],
            "ctx": ["type": "object"],
        ],
        optional: ["input", "ctx"]
    )

    private static let upload = OpenAPI.object([
        "key": text, "preview_url": text, "download_url": text, "expiry": time, "uses": count, "filename": text,
        "size": positive, "created_at": time, "sha256": text,
    ])

    private static let preview = OpenAPI.object([
        "key": text, "filename": text, "size": positive, "mime_type": text, "expiry": time, "uses": count,
        "minutes_left": count, "download_url": text, "curl_example": text, "created_at": time, "sha256": text,
    ])

    private static let status = OpenAPI.object([
        "key": text,
        "status": ["type": "string", "enum": ["active", "expired", "burned", "expired_or_burned"]],
        "remaining_uses": count,
        "expires_at": timeOrNull,
        "is_accessible": ["type": "boolean"],
    ])

    private static let health = OpenAPI.object([
        "status": ["type": "string", "enum": ["healthy", "degraded"]],
        "version": text,
        "timestamp": time,
        "services": [
            "type": "object",
            "additionalProperties": ["type": "string", "enum": ["online", "offline"]],
        ],
        "uptime_seconds": count,
        "started_at": timeOrNull,
    ])
}
