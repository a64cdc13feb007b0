import CofferHTTP

/// Looking at files, deleting and fetching them.
enum HashdropFileOperations {
    static let all = [list, resolve, details, hash, salt, delete, download]

    private static let list = OpenAPIOperation(
        "get",
        "/api/files/all",
        id: "hashdropList",
        tag: "File",
        summary: "List all uploads",
        description: "The newest first; unfinished and failed ones too, with size 0.",
        responses: [
            HashdropPieces.list("What there is", of: "HashdropListed"),
            HashdropPieces.noToken,
            HashdropPieces.problem(404, "Nothing"),
            HashdropPieces.limited,
            HashdropPieces.fault,
        ],
        security: HashdropPieces.needsToken
    )

    private static func found(
        _ path: String,
        id: String,
        summary: String,
        description: String,
        schema: String
    ) -> OpenAPIOperation {
        OpenAPIOperation(
            "get",
            path,
            id: id,
            tag: "File",
            summary: summary,
            description: description,
            parameters: [HashdropPieces.prefix],
            responses: [
                HashdropPieces.list("The uploaded files whose ids begin so", of: schema),
                HashdropPieces.problem(400, "No id"),
                HashdropPieces.noToken,
                HashdropPieces.problem(404, "None"),
                HashdropPieces.limited,
                HashdropPieces.fault,
            ],
            security: HashdropPieces.needsToken
        )
    }

    private static let resolve = found(
        "/api/files/resolve",
        id: "hashdropResolve",
        summary: "Find whole ids",
        description: "For a shortened id that may mean several files.",
        schema: "HashdropNamed"
    )

    private static let details = found(
        "/api/files",
        id: "hashdropDetails",
        summary: "Look at files",
        description: "`s3_key` completes a link: `/files/download/` and this key.",
        schema: "HashdropDetails"
    )

    private static func fact(_ name: String, id: String, summary: String, schema: String) -> OpenAPIOperation {
        OpenAPIOperation(
            "get",
            "/api/files/\(name)",
            id: id,
            tag: "File",
            summary: summary,
            description: "As the owner gave it; only the owner is answered.",
            parameters: [HashdropPieces.wholeID],
            responses: [
                OpenAPI.json(200, "The \(name)", schema: schema),
                HashdropPieces.problem(400, "No id, or no UUID"),
                HashdropPieces.noToken,
                HashdropPieces.problem(404, "No such uploaded file, or it has no \(name)"),
                HashdropPieces.limited,
                HashdropPieces.fault,
            ],
            security: HashdropPieces.needsToken
        )
    }

    private static let hash = fact(
        "hash",
        id: "hashdropHash",
        summary: "The plaintext's digest",
        schema: "HashdropHash"
    )
    private static let salt = fact("salt", id: "hashdropSalt", summary: "The passphrase's salt", schema: "HashdropSalt")

    private static let delete = OpenAPIOperation(
        "delete",
        "/api/files",
        id: "hashdropDeleteFile",
        tag: "File",
        summary: "Delete a file",
        description: "Bytes and record are gone before the answer.",
        parameters: [HashdropPieces.prefix],
        responses: [
            HashdropPieces.empty(204, "Gone"),
            HashdropPieces.problem(400, "No id"),
            HashdropPieces.noToken,
            HashdropPieces.problem(404, "No uploaded file's id begins so"),
            HashdropPieces.problem(409, "Several do; none is deleted"),
            HashdropPieces.limited,
            HashdropPieces.fault,
        ],
        security: HashdropPieces.needsToken
    )

    private static let download = OpenAPIOperation(
        "get",
        "/files/download/{userIDHash}/{fileID}",
        id: "hashdropDownload",
        tag: "Link",
        summary: "Fetch a file",
        description: "Leads to a URL that is valid for two minutes. Each file may be fetched so many times a UTC day.",
        parameters: [
            OpenAPI.path("userIDHash", "`usrh-` and 32 digits, as `s3_key` has it"),
            OpenAPI.path("fileID", "A whole file id", schema: ["type": "string", "format": "uuid"]),
        ],
        responses: [
            .init(
                "303",
                [
                    "description": "Where the bytes are",
                    "headers": ["Location": ["schema": ["type": "string", "format": "uri"]]],
                ]
            ),
            HashdropPieces.problem(400, "No UUID"),
            HashdropPieces.problem(404, "No such file under this key"),
            HashdropPieces.problem(429, "Used up for today, or too many requests from this client"),
            HashdropPieces.fault,
        ]
    )
}
