import CofferHTTP

/// Reading and deleting uploads.
enum SkySendFileOperations {
    static let all = [meta, info, download, password, delete, exists]

    private static let meta = OpenAPIOperation(
        "post",
        "/api/meta/{id}",
        id: "skysendMeta",
        tag: "File",
        summary: "Store the encrypted metadata",
        description: "Once: it cannot be changed.",
        parameters: [SkySendParameters.id, SkySendParameters.owner],
        body: SkySendParameters.json("SkySendMeta"),
        responses: [
            OpenAPI.json(200, "Stored", schema: "SkySendOk"),
            SkySendParameters.problem(400, "The body"),
            SkySendParameters.problem(401, "No or a wrong owner token"),
            SkySendParameters.problem(404, "Unknown"),
            SkySendParameters.problem(409, "It was set before"),
            SkySendParameters.problem(413, "The body is above 262,144 bytes"),
            SkySendParameters.limited,
        ]
    )

    private static let info = OpenAPIOperation(
        "get",
        "/api/info/{id}",
        id: "skysendInfo",
        tag: "File",
        summary: "Look at an upload",
        description: "Never counts. For about a minute after its end an upload answers 410, then 404.",
        parameters: [SkySendParameters.id],
        responses: [
            OpenAPI.json(200, "What a reader needs to know", schema: "SkySendInfo"),
            SkySendParameters.problem(404, "Unknown"),
            SkySendParameters.problem(410, "Expired, or downloaded as often as allowed"),
            SkySendParameters.limited,
        ]
    )

    private static let download = OpenAPIOperation(
        "get",
        "/api/download/{id}",
        id: "skysendDownload",
        tag: "File",
        summary: "Download the ciphertext",
        description: """
            Counts when it starts; what breaks off before 1 % or 1 MiB was sent does not count. A later break can be \
            continued for ten minutes from the same address, with `Range` and `If-Range`; a `Range` alone is ignored. \
            HEAD never counts.
            """,
        parameters: [
            SkySendParameters.id, SkySendParameters.auth,
            OpenAPI.header("Range", "`bytes=N-`, to continue", required: false),
            OpenAPI.header("If-Range", "The `ETag` of the download that broke off", required: false),
        ],
        responses: [
            OpenAPI.binary(200, "The ciphertext"),
            OpenAPI.binary(206, "The rest of it"),
            SkySendParameters.problem(401, "No or a wrong auth token"),
            SkySendParameters.problem(404, "Unknown"),
            SkySendParameters.problem(410, "Expired, or downloaded as often as allowed"),
            SkySendParameters.problem(416, "The range begins behind the end"),
            SkySendParameters.problem(429, "Too many requests, or too many wrong tokens"),
        ]
    )

    private static let password = OpenAPIOperation(
        "post",
        "/api/password/{id}",
        id: "skysendPassword",
        tag: "File",
        summary: "Check a password",
        description: "The client makes the auth token of it; the password itself never leaves the client.",
        parameters: [SkySendParameters.id],
        body: SkySendParameters.json("SkySendAuth"),
        responses: [
            OpenAPI.json(200, "It is the right one", schema: "SkySendPasswordOk"),
            SkySendParameters.problem(400, "The body, or an upload without a password"),
            SkySendParameters.problem(401, "It is not"),
            SkySendParameters.problem(404, "Unknown"),
            SkySendParameters.problem(410, "Expired"),
            SkySendParameters.problem(429, "Too many requests, or too many wrong tokens"),
        ]
    )

    private static let delete = OpenAPIOperation(
        "delete",
        "/api/upload/{id}",
        id: "skysendDelete",
        tag: "File",
        summary: "Delete an upload",
        description: "The bytes are gone before the answer. Ends an upload whose chunks are still arriving, too.",
        parameters: [SkySendParameters.id, SkySendParameters.owner],
        responses: [
            OpenAPI.json(200, "Deleted", schema: "SkySendOk"),
            SkySendParameters.problem(401, "No or a wrong owner token"),
            SkySendParameters.problem(404, "Unknown"),
            SkySendParameters.limited,
        ]
    )

    private static let exists = OpenAPIOperation(
        "get",
        "/api/exists/{id}",
        id: "skysendExists",
        tag: "File",
        summary: "Ask whether an upload can be downloaded",
        description: "Never counts.",
        parameters: [SkySendParameters.id],
        responses: [
            OpenAPI.json(200, "It can", schema: "SkySendExists"),
            OpenAPI.json(404, "Unknown", schema: "SkySendExists"),
            OpenAPI.json(410, "Not any more", schema: "SkySendExists"),
            SkySendParameters.limited,
        ]
    )
}
