import CofferHTTP

/// The bodies of the API description.
enum HushfileSchemas {
    private static let text: JSONValue = ["type": "string"]
    private static let flag: JSONValue = ["type": "boolean"]
    private static let count: JSONValue = ["type": "integer", "minimum": 0]
    private static let countOrNull: JSONValue = ["type": ["integer", "null"], "minimum": 0]
    private static let indexes: JSONValue = ["type": "array", "items": ["type": "integer", "minimum": 0]]

    static let all: [JSONValue.Member] = [
        OpenAPI.named(
            "HushfileInitiate",
            [
                "deletepassword": ["type": "string", "maxLength": 1024],
                "expire": ["type": ["integer", "string"], "description": "Unix seconds"],
                "limit": ["type": ["integer", "string"], "description": "Downloads, 1 or more"],
            ],
            optional: ["deletepassword", "expire", "limit"]
        ),
        OpenAPI.named("HushfileInitiated", ["id": text, "uploadpassword": text]),
        OpenAPI.named("HushfileMetadataStored", ["id": text, "finished": flag]),
        OpenAPI.named("HushfileChunkStored", ["index": count, "finished": flag]),
        OpenAPI.named("HushfileFinish", ["uploadpassword": text, "chunks": indexes]),
        OpenAPI.named("HushfileFinished", ["id": text, "finished": flag, "chunks": indexes, "totalsize": count]),
        OpenAPI.named("HushfileDeleted", ["fileid": text, "deleted": flag]),
        OpenAPI.named("HushfileExists", ["fileid": text, "exists": flag, "finished": flag]),
        .init("HushfileInfo", info),
        OpenAPI.named("HushfileProblem", ["fileid": text, "status": text]),
        .init("HushfileServerInfo", serverInfo),
    ]

    private static let info = OpenAPI.object([
        "chunks": indexes, "totalsize": count, "finished": flag, "ip": ["type": "array", "items": text],
        "expire": countOrNull, "limit": countOrNull, "downloads": count,
    ])

    private static let serverInfo = OpenAPI.object([
        "server_operator_email": text, "max_retention_hours": count, "max_chunksize_bytes": count,
        "max_filesize_bytes": count,
    ])
}
