import CofferHTTP

/// Uploading.
enum HashdropUploadOperations {
    private static let owner = OpenAPIGroup("File", security: HashdropPieces.needsToken)

    static let all = [presign, complete]

    private static let presign = owner.post("/api/files/presign", id: "hashdropPresign", "Begin an upload")
        .explained(
            """
            `PUT` the ciphertext at the URL, with `Content-Type: application/octet-stream`; it is valid for 15 minutes. \
            Room for the largest file is reserved until the upload is complete or has failed.
            """
        )
        .sending(OpenAPI.body("HashdropNewFile"))
        .answering(200, "Where the bytes go", "HashdropUpload")
        .answering(HashdropPieces.badJSON, HashdropPieces.noToken)
        .failing([403: "The account has too many bytes or records"])
        .answering(HashdropPieces.limited, HashdropPieces.fault)
        .failing([503: "All accounts together have too much"])

    private static let complete = owner.post("/api/files/complete", id: "hashdropComplete", "End an upload")
        .explained("The size is measured, not believed. Of several calls one succeeds; then the URL is spent.")
        .sending(OpenAPI.body("HashdropFacts"))
        .answering(200, "Uploaded", "HashdropUploaded")
        .failing([400: "Malformed JSON, or no UUID"])
        .answering(HashdropPieces.noToken)
        .failing([
            404: "Unknown, of another account, not pending, or the bytes are not there yet",
            413: "Too large; the bytes are deleted and the upload has failed",
        ])
        .answering(HashdropPieces.limited, HashdropPieces.fault)
}
