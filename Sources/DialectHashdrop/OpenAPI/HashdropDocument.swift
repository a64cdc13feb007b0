package import CofferHTTP

extension HashdropDialect {
    package var openAPI: OpenAPIDocument {
        OpenAPIDocument(
            title: "Hashdrop API",
            version: "1.0.0",
            description: """
                Accounts, uploads straight to an object store at a presigned URL, and public links with a daily limit.

                Failures are plain text. Routes with a lock want `Authorization: Bearer <access token>`; a 429 has \
                `Retry-After`.
                """,
            tags: [],
            operations: [],
            schemas: []
        )
    }
}
