import CofferHTTP

/// Reading and deleting uploads.
enum SkySendFileOperations {
    private static let files = OpenAPIGroup("File")

    static let all = [meta, info, download, password, delete, exists]

    private static let meta = files.post("/api/meta/{id}", id: "skysendMeta", "Store the encrypted metadata")
        .explained("Once: it cannot be changed.")
        .taking(SkySendParameters.id, SkySendParameters.owner)
        .sending(OpenAPI.body("SkySendMeta"))
        .answering(200, "Stored", "SkySendOk")
        .failing([
            400: "The body", 401: "No or a wrong owner token", 404: "Unknown", 409: "It was set before",
            413: "The body is above 262,144 bytes",
        ])
        .answering(SkySendParameters.limited)

    private static let info = files.get("/api/info/{id}", id: "skysendInfo", "Look at an upload")
        .explained("Never counts. For about a minute after its end an upload answers 410, then 404.")
        .taking(SkySendParameters.id)
        .answering(200, "What a reader needs to know", "SkySendInfo")
        .failing([404: "Unknown", 410: "Expired, or downloaded as often as allowed"])
        .answering(SkySendParameters.limited)

    private static let download = files.get("/api/download/{id}", id: "skysendDownload", "Download the ciphertext")
        .explained(
            """
            Counts when it starts; what breaks off before 1 % or 1 MiB was sent does not count. A later break can be \
            continued for ten minutes from the same address, with `Range` and `If-Range`; a `Range` alone is ignored. \
            HEAD never counts.
            """
        )
        .taking(
            SkySendParameters.id,
            SkySendParameters.auth,
            OpenAPI.header("Range", "`bytes=N-`, to continue", required: false),
            OpenAPI.header("If-Range", "The `ETag` of the download that broke off", required: false)
        )
        .answering(OpenAPI.binary(200, "The ciphertext"), OpenAPI.binary(206, "The rest of it"))
        .failing([
            401: "No or a wrong auth token", 404: "Unknown", 410: "Expired, or downloaded as often as allowed",
            416: "The range begins behind the end", 429: "Too many requests, or too many wrong tokens",
        ])

    private static let password = files.post("/api/password/{id}", id: "skysendPassword", "Check a password")
        .explained("The client makes the auth token of it; the password itself never leaves the client.")
        .taking(SkySendParameters.id)
        .sending(OpenAPI.body("SkySendAuth"))
        .answering(200, "It is the right one", "SkySendPasswordOk")
        .failing([
            400: "The body, or an upload without a password", 401: "It is not", 404: "Unknown", 410: "Expired",
            429: "Too many requests, or too many wrong tokens",
        ])

    private static let delete = files.delete("/api/upload/{id}", id: "skysendDelete", "Delete an upload")
        .explained("The bytes are gone before the answer. Ends an upload whose chunks are still arriving, too.")
        .taking(SkySendParameters.id, SkySendParameters.owner)
        .answering(200, "Deleted", "SkySendOk")
        .failing([401: "No or a wrong owner token", 404: "Unknown"])
        .answering(SkySendParameters.limited)

    private static let exists = files.get(
        "/api/exists/{id}",
        id: "skysendExists",
        "Ask whether an upload can be downloaded"
    )
    .explained("Never counts.")
    .taking(SkySendParameters.id)
    .answering(200, "It can", "SkySendExists")
    .answering(404, "Unknown", "SkySendExists")
    .answering(410, "Not any more", "SkySendExists")
    .answering(SkySendParameters.limited)
}
