import CofferHTTP

/// Uploading.
enum HashdropUploadOperations {
    static let all = [presign, complete]

    private static let presign = OpenAPIOperation(
        "post",
        "/api/files/presign",
        id: "hashdropPresign",
        tag: "File",
        summary: "Begin an upload",
        description: """
            `PUT` the ciphertext at the URL, with `Content-Type: application/octet-stream`; it is valid for 15 minutes. \
            Room for the largest file is reserved until the upload is complete or has failed.
            """,
        body: HashdropPieces.body("HashdropNewFile"),
        responses: [
            OpenAPI.json(200, "Where the bytes go", schema: "HashdropUpload"),
            HashdropPieces.badJSON,
            HashdropPieces.noToken,
            HashdropPieces.problem(403, "The account has too many bytes or records"),
            HashdropPieces.limited,
            HashdropPieces.fault,
            HashdropPieces.problem(503, "All accounts together have too much"),
        ],
        security: HashdropPieces.needsToken
    )

    private static let complete = OpenAPIOperation(
        "post",
        "/api/files/complete",
        id: "hashdropComplete",
        tag: "File",
        summary: "End an upload",
        description: "The size is measured, not believed. Of several calls one succeeds; then the URL is spent.",
        body: HashdropPieces.body("HashdropFacts"),
        responses: [
            OpenAPI.json(200, "Uploaded", schema: "HashdropUploaded"),
            HashdropPieces.problem(400, "Malformed JSON, or no UUID"),
            HashdropPieces.noToken,
            HashdropPieces.problem(404, "Unknown, of another account, not pending, or the bytes are not there yet"),
            HashdropPieces.problem(413, "Too large; the bytes are deleted and the upload has failed"),
            HashdropPieces.limited,
            HashdropPieces.fault,
        ],
        security: HashdropPieces.needsToken
    )
}
