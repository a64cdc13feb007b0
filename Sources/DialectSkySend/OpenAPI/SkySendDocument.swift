package import CofferHTTP

extension SkySendDialect {
    package var openAPI: OpenAPIDocument {
        OpenAPIDocument(
            title: "SkySend API",
            version: "1.0.0",
            description: """
                Files and notes that are encrypted before they leave the sender. The link holds the key; the server keeps \
                ciphertext, a salt, and digests of two tokens: the auth token opens the ciphertext, the owner token \
                deletes it.

                Failures are `{"error": "…"}`, ill-formed fields add `details`. Every answer tells the rate limit in \
                `X-RateLimit-Limit`, `X-RateLimit-Remaining` and `X-RateLimit-Reset` (Unix milliseconds); a 429 has \
                `Retry-After`.
                """,
            tags: [
                (name: "Upload", description: "Store a ciphertext: in one request, in chunks, or over a WebSocket"),
                (name: "File", description: "Look at an upload, fetch it, delete it"),
                (name: "Note", description: "Short texts that may vanish when they were read"),
                (name: "Instance", description: "Limits and state of this server"),
                (name: "Login", description: "Only where an identity provider is configured"),
            ],
            operations: SkySendUploadOperations.all + SkySendFileOperations.all + SkySendNoteOperations.all
                + SkySendServerOperations.all,
            schemas: SkySendSchemas.all
        )
    }
}

/// Pieces that several operations share.
enum SkySendParameters {
    static let id = OpenAPI.path(
        "id",
        "A lower-case UUID, as creating the item answered it",
        schema: ["type": "string", "format": "uuid"]
    )
    static let owner = OpenAPI.header("X-Owner-Token", "The owner token, base64url", required: true)
    static let auth = OpenAPI.header("X-Auth-Token", "The auth token, base64url", required: true)
    private static let whole: JSONValue = ["type": "integer", "minimum": 1]

    /// Source: contract, section 5.
    static let upload: [JSONValue] = [
        OpenAPI.header("X-Auth-Token", "The auth token, base64url, at most 128 characters", required: true),
        OpenAPI.header("X-Owner-Token", "The owner token, base64url, at most 128 characters", required: true),
        OpenAPI.header("X-Salt", "32 bytes, base64url", required: true),
        OpenAPI.header("X-Max-Downloads", "One of `downloadOptions`", required: true, schema: whole),
        OpenAPI.header("X-Expire-Sec", "Seconds, one of `expireOptions`", required: true, schema: whole),
        OpenAPI.header("X-File-Count", "Files inside, 1 by default", required: false, schema: whole),
        OpenAPI.header(
            "X-Content-Length",
            "Bytes of the ciphertext; `Content-Length` counts where it is absent",
            required: false,
            schema: whole
        ),
        OpenAPI.header("X-Has-Password", "`true` for an upload with a password", required: false),
        OpenAPI.header("X-Password-Salt", "16 bytes, base64url; goes with a password", required: false),
        OpenAPI.header("X-Password-Algo", "`argon2id-v2`; goes with a password", required: false),
    ]

    static func problem(_ status: Int, _ description: String) -> JSONValue.Member {
        OpenAPI.json(status, description, schema: "SkySendProblem")
    }

    static let limited = problem(429, "Too many requests from this client")
}

extension OpenAPIOperation {
    func failing(_ problems: KeyValuePairs<Int, String>) -> OpenAPIOperation {
        answering(problems.map { SkySendParameters.problem($0, $1) })
    }
}
