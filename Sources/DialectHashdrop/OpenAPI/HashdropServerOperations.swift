import CofferHTTP

/// What the server tells of itself.
enum HashdropServerOperations {
    private static let server = OpenAPIGroup("Server")

    static let health = [
        server.get("/api/healthz", id: "hashdropHealth", "Are you there?")
            .explained("`OK`, without a newline.")
            .answering(
                OpenAPI.content(200, "It is", ["text/plain": ["schema": ["const": "OK"]]]),
                HashdropPieces.limited
            )
    ]

    static let rest = [
        server.delete("/admin/reset", id: "hashdropReset", "Delete all accounts and files")
            .explained("Only where the platform is `dev`.")
            .answering(HashdropPieces.empty(204, "Everything is gone"))
            .failing([403: "Another platform"])
            .answering(HashdropPieces.limited, HashdropPieces.fault),
        server.get("/api/cli/version", id: "hashdropVersion", "Which client fits")
            .explained("Released clients stop unless it is exactly theirs.")
            .answering(200, "The version", "HashdropVersion")
            .answering(HashdropPieces.limited, HashdropPieces.fault),
    ]
}
