import CofferHTTP

/// What the server tells of itself.
enum HashdropServerOperations {
    static let health = [
        OpenAPIOperation(
            "get",
            "/api/healthz",
            id: "hashdropHealth",
            tag: "Server",
            summary: "Are you there?",
            description: "`OK`, without a newline.",
            responses: [
                OpenAPI.content(200, "It is", ["text/plain": ["schema": ["const": "OK"]]]),
                HashdropPieces.limited,
            ]
        )
    ]

    static let rest = [
        OpenAPIOperation(
            "delete",
            "/admin/reset",
            id: "hashdropReset",
            tag: "Server",
            summary: "Delete all accounts and files",
            description: "Only where the platform is `dev`.",
            responses: [
                HashdropPieces.empty(204, "Everything is gone"),
                HashdropPieces.problem(403, "Another platform"),
                HashdropPieces.limited,
                HashdropPieces.fault,
            ]
        ),
        OpenAPIOperation(
            "get",
            "/api/cli/version",
            id: "hashdropVersion",
            tag: "Server",
            summary: "Which client fits",
            description: "Released clients stop unless it is exactly theirs.",
            responses: [
                OpenAPI.json(200, "The version", schema: "HashdropVersion"),
                HashdropPieces.limited,
                HashdropPieces.fault,
            ]
        ),
    ]
}
