package import CofferHTTP

extension HushfileDialect {
    package var openAPI: OpenAPIDocument {
        OpenAPIDocument(
            title: "Hushfile API",
            version: "1.0.0",
            description: """
                Upload an encrypted file in chunks, in any order and in parallel; share its id; delete it with a password. \
                The server never sees a key: chunks and metadata are opaque to it.

                Every answer that is not 200 is a JSON object with `fileid` and `status`.
                """,
            tags: [
                (name: "Writing", description: "Open an upload, fill it, finish it"),
                (name: "Reading", description: "Look at a file and fetch its chunks"),
                (name: "Server", description: "Limits"),
            ],
            operations: HushfileWritingOperations.all + HushfileReadingOperations.all,
            schemas: HushfileSchemas.all
        )
    }
}

enum HushfileParameters {
    static let id = OpenAPI.path("id", "The id that opening the upload answered, 30 hexadecimal digits")
    static let index = OpenAPI.path(
        "index",
        "The number of the chunk",
        schema: ["type": "integer", "minimum": 0, "maximum": 999_999_999]
    )
    static let uploadPassword = OpenAPI.query("uploadpassword", "The password of this upload", required: true)
    static let deletePassword = OpenAPI.query("deletepassword", "The password set when opening", required: true)

    /// A body that may be JSON or either kind of form.
    static func fields(_ schema: String, required: Bool) -> JSONValue {
        [
            "required": .bool(required),
            "content": [
                "application/json": ["schema": OpenAPI.schema(schema)],
                "multipart/form-data": ["schema": OpenAPI.schema(schema)],
                "application/x-www-form-urlencoded": ["schema": OpenAPI.schema(schema)],
            ],
        ]
    }

    static func problem(_ status: Int, _ description: String) -> JSONValue.Member {
        OpenAPI.json(status, description, schema: "HushfileProblem")
    }
}

extension OpenAPIOperation {
    func failing(_ problems: KeyValuePairs<Int, String>) -> OpenAPIOperation {
        answering(problems.map { HushfileParameters.problem($0, $1) })
    }
}
