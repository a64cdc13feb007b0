import CofferHTTP

/// The server itself, and logging in.
enum SkySendServerOperations {
    private static let about = OpenAPIGroup("Instance")
    private static let logins = OpenAPIGroup("Login")

    static let all = [config, health, quota, login, callback, logout, session]

    private static let config = about.get("/api/config", id: "skysendConfig", "Limits, options and branding")
        .explained("The names of the reference and those that clients read stand side by side.")
        .answering(200, "The configuration", "SkySendConfig")
        .answering(SkySendParameters.limited)

    private static let health = about.get("/api/health", id: "skysendHealth", "A sign of life")
        .explained("Other APIs of this server add members of their own.")
        .answering(200, "Alive", "SkySendHealth")
        .answering(SkySendParameters.limited)

    private static let quota = about.get("/api/quota", id: "skysendQuota", "What this client may still upload")
        .explained("Uploads under way count as used.")
        .answering(200, "The quota", "SkySendQuota")
        .answering(SkySendParameters.limited)

    private static func found(_ description: String) -> JSONValue.Member {
        .init("302", ["description": .string(description)])
    }

    private static let login = logins.get("/auth/login", id: "skysendLogin", "Go to the identity provider")
        .explained("Authorization code flow with PKCE (S256).")
        .taking(
            OpenAPI.query(
                "cli_callback",
                "An address of this machine where a command-line client waits for the token",
                required: false
            )
        )
        .answering(found("To the provider"))
        .failing([400: "A callback elsewhere", 503: "The provider cannot be reached"])

    private static let callback = logins.get(
        "/auth/callback",
        id: "skysendCallback",
        "Come back from the identity provider"
    )
    .explained("Needs the cookie of the login that led here.")
    .taking(
        OpenAPI.query("code", "From the provider", required: false),
        OpenAPI.query("state", "From the provider", required: false)
    )
    .answering(found("To the pages, with a session cookie; or to the command-line client"))
    .failing([400: "The login failed", 503: "The provider cannot be reached"])

    private static let logout = logins.get("/auth/logout", id: "skysendLogout", "Log out")
        .explained("The token stops working.")
        .answering(found("To the provider's logout, or to the pages"))

    private static let session = logins.get("/auth/session", id: "skysendSession", "Who is logged in")
        .explained("By cookie or by `Authorization: Bearer`.")
        .answering(200, "The person", "SkySendPerson")
        .failing([401: "Nobody"])
}
