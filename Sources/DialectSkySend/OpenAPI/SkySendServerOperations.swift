import CofferHTTP

/// The server itself, and logging in.
enum SkySendServerOperations {
    static let all = [config, health, quota, login, callback, logout, session]

    private static let config = OpenAPIOperation(
        "get",
        "/api/config",
        id: "skysendConfig",
        tag: "Instance",
        summary: "Limits, options and branding",
        description: "The names of the reference and those that clients read stand side by side.",
        responses: [OpenAPI.json(200, "The configuration", schema: "SkySendConfig"), SkySendParameters.limited]
    )

    private static let health = OpenAPIOperation(
        "get",
        "/api/health",
        id: "skysendHealth",
        tag: "Instance",
        summary: "A sign of life",
        description: "Other APIs of this server add members of their own.",
        responses: [OpenAPI.json(200, "Alive", schema: "SkySendHealth"), SkySendParameters.limited]
    )

    private static let quota = OpenAPIOperation(
        "get",
        "/api/quota",
        id: "skysendQuota",
        tag: "Instance",
        summary: "What this client may still upload",
        description: "Uploads under way count as used.",
        responses: [OpenAPI.json(200, "The quota", schema: "SkySendQuota"), SkySendParameters.limited]
    )

    private static func found(_ description: String) -> JSONValue.Member {
        .init("302", ["description": .string(description)])
    }

    private static let login = OpenAPIOperation(
        "get",
        "/auth/login",
        id: "skysendLogin",
        tag: "Login",
        summary: "Go to the identity provider",
        description: "Authorization code flow with PKCE (S256).",
        parameters: [
            OpenAPI.query(
                "cli_callback",
                "An address of this machine where a command-line client waits for the token",
                required: false
            )
        ],
        responses: [
            found("To the provider"),
            SkySendParameters.problem(400, "A callback elsewhere"),
            SkySendParameters.problem(503, "The provider cannot be reached"),
        ]
    )

    private static let callback = OpenAPIOperation(
        "get",
        "/auth/callback",
        id: "skysendCallback",
        tag: "Login",
        summary: "Come back from the identity provider",
        description: "Needs the cookie of the login that led here.",
        parameters: [
            OpenAPI.query("code", "From the provider", required: false),
            OpenAPI.query("state", "From the provider", required: false),
        ],
        responses: [
            found("To the pages, with a session cookie; or to the command-line client"),
            SkySendParameters.problem(400, "The login failed"),
            SkySendParameters.problem(503, "The provider cannot be reached"),
        ]
    )

    private static let logout = OpenAPIOperation(
        "get",
        "/auth/logout",
        id: "skysendLogout",
        tag: "Login",
        summary: "Log out",
        description: "The token stops working.",
        responses: [found("To the provider's logout, or to the pages")]
    )

    private static let session = OpenAPIOperation(
        "get",
        "/auth/session",
        id: "skysendSession",
        tag: "Login",
        summary: "Who is logged in",
        description: "By cookie or by `Authorization: Bearer`.",
        responses: [
            OpenAPI.json(200, "The person", schema: "SkySendPerson"),
            SkySendParameters.problem(401, "Nobody"),
        ]
    )
}
