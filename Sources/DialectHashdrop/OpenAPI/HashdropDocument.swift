package import CofferHTTP

extension HashdropDialect {
    package var openAPI: OpenAPIDocument {
        OpenAPIDocument(
            title: "Hashdrop API",
            version: "1.0.0",
            description: """
                Accounts, uploads straight to an object store at a presigned URL, and public links with a daily limit. \
                Clients encrypt; names, sizes and digests are what they say.

                Failures are one line of plain text. A 429 has `Retry-After`. Request bodies are JSON whatever their \
                `Content-Type`; members that are missing or null read as empty, unknown ones are refused.
                """,
            tags: [
                (name: "Account", description: "Register, verify, log in, leave"),
                (name: "Token", description: "Renew and revoke"),
                (name: "File", description: "Upload, list, delete"),
                (name: "Link", description: "What anybody may fetch who has the link"),
                (name: "Server", description: "State, versions, and a reset for development"),
            ],
            operations: HashdropServerOperations.health + HashdropAccountOperations.all + HashdropUploadOperations.all
                + HashdropFileOperations.all + HashdropServerOperations.rest,
            schemas: HashdropSchemas.all,
            securitySchemes: [
                .init(
                    HashdropPieces.bearer,
                    ["type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "The access token"]
                )
            ]
        )
    }
}

/// Pieces that several operations share.
enum HashdropPieces {
    static let bearer = "HashdropBearer"
    static let needsToken = [bearer]

    static func problem(_ status: Int, _ description: String) -> JSONValue.Member {
        OpenAPI.content(status, description, ["text/plain": ["schema": ["type": "string"]]])
    }

    static func empty(_ status: Int, _ description: String) -> JSONValue.Member {
        .init(String(status), ["description": .string(description)])
    }

    static func list(_ description: String, of schema: String) -> JSONValue.Member {
        OpenAPI.content(
            200,
            description,
            ["application/json": ["schema": ["type": "array", "minItems": 1, "items": OpenAPI.schema(schema)]]]
        )
    }

    static let badJSON = problem(400, "Malformed JSON")
    static let noToken = problem(401, "No access token, or a bad or old one")
    static let limited = problem(429, "Too many requests")
    static let fault = problem(500, "A fault of the server")
    static let prefix = OpenAPI.query("id", "A whole file id or its beginning, in any letter case", required: true)
    static let wholeID = OpenAPI.query("id", "A whole file id, a UUID", required: true)
}

extension OpenAPIOperation {
    func failing(_ problems: KeyValuePairs<Int, String>) -> OpenAPIOperation {
        answering(problems.map { HashdropPieces.problem($0, $1) })
    }
}
