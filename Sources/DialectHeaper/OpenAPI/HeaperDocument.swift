package import CofferHTTP

extension HeaperDialect {
    package var openAPI: OpenAPIDocument {
        OpenAPIDocument(
            title: "Heaper API",
            version: "1.0.0",
            description: """
                Heaps of blocks for accounts that are key pairs: login by signature, synchronization of Yjs documents over \
                HTTP and WebSocket, files, thumbnails and folder scans.

                Failures are `{"success": false, "error", "code"}`. A 429 has `Retry-After`.
                """,
            tags: [],
            operations: [],
            schemas: [],
            securitySchemes: []
        )
    }
}
