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
        schema("HeaperFailure", ["success": ["const": false], "error": text, "code": text])
    ]

    /// A named object, all of whose members but the optional ones are always there.
    static func schema(_ name: String, _ properties: JSONValue, optional: [String] = []) -> JSONValue.Member {
        .init(name, object(properties, optional: optional))
    }

    static func object(_ properties: JSONValue, optional: [String] = []) -> JSONValue {
        var names: [String] = []
        if case .object(let members) = properties { names = members.map(\.name) }
        return OpenAPI.object(properties, required: names.filter { !optional.contains($0) })
    }

    static func list(of items: JSONValue) -> JSONValue { ["type": "array", "items": items] }

    static func body(_ schema: String) -> JSONValue {
        ["required": true, "content": ["application/json": ["schema": OpenAPI.schema(schema)]]]
    }

    /// An answer that is an object of this one route.
    static func answer(_ description: String, _ properties: JSONValue, optional: [String] = []) -> JSONValue.Member {
        let schema = object(properties, optional: optional)
        return OpenAPI.content(200, description, ["application/json": ["schema": schema]])
    }

    static func problem(_ status: Int, _ description: String) -> JSONValue.Member {
        OpenAPI.json(status, description, schema: "HeaperFailure")
    }

    static let malformed = problem(400, "Malformed request")
    static let noToken = problem(401, "No access token, or a bad or old one")
    static let notApproved = problem(403, "The account is not approved")
    static let limited = problem(429, "Too many requests")
}
