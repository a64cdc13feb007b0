import CofferHTTP

/// Looking at files, deleting and fetching them.
enum HashdropFileOperations {
    private static let owner = OpenAPIGroup("File", security: HashdropPieces.needsToken)
    private static let links = OpenAPIGroup("Link")

    static let all = [list, resolve, details, hash, salt, delete, download]

    private static let list = owner.get("/api/files/all", id: "hashdropList", "List all uploads")
        .explained("The newest first; unfinished and failed ones too, with size 0.")
        .answering(HashdropPieces.list("What there is", of: "HashdropListed"), HashdropPieces.noToken)
        .failing([404: "Nothing"])
        .answering(HashdropPieces.limited, HashdropPieces.fault)

    private static func found(
        _ path: String,
        id: String,
        summary: String,
        description: String,
        schema: String
    ) -> OpenAPIOperation {
        owner.get(path, id: id, summary)
            .explained(description)
            .taking(HashdropPieces.prefix)
            .answering(HashdropPieces.list("The uploaded files whose ids begin so", of: schema))
            .failing([400: "No id"])
            .answering(HashdropPieces.noToken)
            .failing([404: "None"])
            .answering(HashdropPieces.limited, HashdropPieces.fault)
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
        owner.get("/api/files/\(name)", id: id, summary)
            .explained("As the owner gave it; only the owner is answered.")
            .taking(HashdropPieces.wholeID)
            .answering(200, "The \(name)", schema)
            .failing([400: "No id, or no UUID"])
            .answering(HashdropPieces.noToken)
            .failing([404: "No such uploaded file, or it has no \(name)"])
            .answering(HashdropPieces.limited, HashdropPieces.fault)
    }

    private static let hash = fact(
        "hash",
        id: "hashdropHash",
        summary: "The plaintext's digest",
        schema: "HashdropHash"
    )
    private static let salt = fact("salt", id: "hashdropSalt", summary: "The passphrase's salt", schema: "HashdropSalt")

    private static let delete = owner.delete("/api/files", id: "hashdropDeleteFile", "Delete a file")
        .explained("Bytes and record are gone before the answer.")
        .taking(HashdropPieces.prefix)
        .answering(HashdropPieces.empty(204, "Gone"))
        .failing([400: "No id"])
        .answering(HashdropPieces.noToken)
        .failing([404: "No uploaded file's id begins so", 409: "Several do; none is deleted"])
        .answering(HashdropPieces.limited, HashdropPieces.fault)

    private static let download = links.get(
        "/files/download/{userIDHash}/{fileID}",
        id: "hashdropDownload",
        "Fetch a file"
    )
    .explained("Leads to a URL that is valid for two minutes. Each file may be fetched so many times a UTC day.")
    .taking(
        OpenAPI.path("userIDHash", "`usrh-` and 32 digits, as `s3_key` has it"),
        OpenAPI.path("fileID", "A whole file id", schema: ["type": "string", "format": "uuid"])
    )
    .answering(
        .init(
            "303",
            [
                "description": "Where the bytes are",
                "headers": ["Location": ["schema": ["type": "string", "format": "uri"]]],
            ]
        )
    )
    .failing([
        400: "No UUID", 404: "No such file under this key",
        429: "Used up for today, or too many requests from this client",
    ])
    .answering(HashdropPieces.fault)
}
