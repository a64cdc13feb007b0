package import CofferHTTP

extension HeaperDialect {
    package var openAPI: OpenAPIDocument {
        // Each area adds its own here, in the reference's order.
        let operations = [
            HeaperIdentityOperations.all,
            HeaperLiveOperations.all,
            HeaperSyncOperations.all,
            HeaperHeapOperations.all,
            HeaperBlockOperations.all,
            HeaperFileOperations.all,
            HeaperThumbnailOperations.all,
            HeaperScanOperations.all,
            HeaperUploadOperations.all,
        ].flatMap(\.self)
        let used = operations.flatMap { $0.security + $0.otherSecurity }
        return OpenAPIDocument(
            title: "Heaper API",
            version: "1.0.0",
            description: """
                Heaps of blocks for accounts that are key pairs: login by signature, synchronization of Yjs documents over \
                HTTP and WebSocket, files, thumbnails and folder scans.

                Failures are `{"success": false, "error", "code"}`. A 429 has `Retry-After`. Ids are 1 to 64 letters, \
                digits, `-` or `_`.
                """,
            tags: [
                (name: "Instance", description: "Who this server is, and how it fares"),
                (name: "Auth", description: "Log in with a key pair, renew tokens, administer accounts"),
                (name: "Sync", description: "Yjs updates over HTTP and WebSocket"),
                (name: "Heaps", description: "Heaps, their blocks, and their trash"),
                (name: "Files", description: "Uploads, content, thumbnails"),
                (name: "Scans", description: "Files of folders as blocks"),
            ],
            operations: operations,
            schemas: [
                HeaperIdentityOperations.schemas,
                HeaperSyncOperations.schemas,
                HeaperHeapOperations.schemas,
                HeaperBlockOperations.schemas,
                HeaperFileOperations.schemas,
                HeaperScanOperations.schemas,
                HeaperUploadOperations.schemas,
                HeaperPieces.schemas,
            ].flatMap(\.self),
            securitySchemes: HeaperPieces.schemes.filter { used.contains($0.name) }
        )
    }
}

/// Pieces that several operations share.
enum HeaperPieces {
    static let bearer = "HeaperBearer"
    static let linkToken = "HeaperLinkToken"
    /// What `security` of an operation names.
    static let needsToken = [bearer]
    /// What `otherSecurity` of an operation names that links may reach.
    static let orLinkToken = [linkToken]

    static let schemes: [JSONValue.Member] = [
        .init(
            bearer,
            ["type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "The access token"]
        ),
        .init(
            linkToken,
            [
                "type": "apiKey", "in": "query", "name": "token",
                "description": "The access token, where a link cannot carry a header",
            ]
        ),
    ]

    static let text: JSONValue = ["type": "string"]
    static let count: JSONValue = ["type": "integer", "minimum": 0]
    static let flag: JSONValue = ["type": "boolean"]
    static let id: JSONValue = ["type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"]
    static let hash: JSONValue = ["type": "string", "pattern": "^[0-9A-Fa-f]{64}$", "description": "SHA-256"]
    static let milliseconds: JSONValue = ["type": "integer", "description": "Unix milliseconds"]
    static let time: JSONValue = ["type": "string", "format": "date-time"]

    static let schemas = [
        OpenAPI.named("HeaperFailure", ["success": ["const": false], "error": text, "code": text])
    ]

    static func list(of items: JSONValue) -> JSONValue { ["type": "array", "items": items] }

    static func problem(_ status: Int, _ description: String) -> JSONValue.Member {
        OpenAPI.json(status, description, schema: "HeaperFailure")
    }

    static let malformed = problem(400, "Malformed request")
    static let noToken = problem(401, "No access token, or a bad or old one")
    static let notApproved = problem(403, "The account is not approved")
    static let limited = problem(429, "Too many requests")
}

extension OpenAPIOperation {
    /// An answer that is an object of this one route.
    func answering(_ description: String, _ properties: JSONValue, optional: [String] = []) -> OpenAPIOperation {
        let schema = OpenAPI.object(properties, optional: optional)
        return answering(OpenAPI.content(200, description, ["application/json": ["schema": schema]]))
    }

    func failing(_ problems: KeyValuePairs<Int, String>) -> OpenAPIOperation {
        answering(problems.map { HeaperPieces.problem($0, $1) })
    }
}
