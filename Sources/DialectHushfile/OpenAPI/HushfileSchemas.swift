import CofferHTTP

/// The bodies of the API description.
enum HushfileSchemas {
    private static let text: JSONValue = ["type": "string"]
    private static let flag: JSONValue = ["type": "boolean"]
    private static let count: JSONValue = ["type": "integer", "minimum": 0]
    private static let countOrNull: JSONValue = ["type": ["integer", "null"], "minimum": 0]
    private static let indexes: JSONValue = ["type": "array", "items": ["type": "integer", "minimum": 0]]

    static let all: [JSONValue.Member] = [
        .init(
            "HushfileInitiate",
            OpenAPI.object(
                [
                    "deletepassword": ["type": "string", "maxLength": 1024],
                    "expire": ["type": ["integer", "string"], "description": "Unix seconds"],
                    "limit": ["type": ["integer", "string"], "description": "Downloads, 1 or more"],
                ],
                required: []
            )
        ),
        .init(
            "HushfileInitiated",
            OpenAPI.object(["id": text, "uploadpassword": text], required: ["id", "uploadpassword"])
        ),
        .init("HushfileMetadataStored", OpenAPI.object(["id": text, "finished": flag], required: ["id", "finished"])),
        .init(
            "HushfileChunkStored",
            OpenAPI.object(["index": count, "finished": flag], required: ["index", "finished"])
        ),
        .init(
            "HushfileFinish",
            OpenAPI.object(["uploadpassword": text, "chunks": indexes], required: ["uploadpassword", "chunks"])
        ),
        .init(
            "HushfileFinished",
            OpenAPI.object(
                ["id": text, "finished": flag, "chunks": indexes, "totalsize": count],
                required: ["id", "finished", "chunks", "totalsize"]
            )
        ),
        .init("HushfileDeleted", OpenAPI.object(["fileid": text, "deleted": flag], required: ["fileid", "deleted"])),
        .init(
            "HushfileExists",
            OpenAPI.object(
                ["fileid": text, "exists": flag, "finished": flag],
                required: ["fileid", "exists", "finished"]
            )
        ),
        .init("HushfileInfo", info),
        .init("HushfileProblem", OpenAPI.object(["fileid": text, "status": text], required: ["fileid", "status"])),
        .init("HushfileServerInfo", serverInfo),
    ]

    private static let info = OpenAPI.object(
        [
            "chunks": indexes, "totalsize": count, "finished": flag, "ip": ["type": "array", "items": text],
            "expire": countOrNull, "limit": countOrNull, "downloads": count,
        ],
        required: ["chunks", "totalsize", "finished", "ip", "expire", "limit", "downloads"]
    )

    private static let serverInfo = OpenAPI.object(
        [
            "server_operator_email": text, "max_retention_hours": count, "max_chunksize_bytes": count,
            "max_filesize_bytes": count,
        ],
        required: ["server_operator_email", "max_retention_hours", "max_chunksize_bytes", "max_filesize_bytes"]
    )
}
