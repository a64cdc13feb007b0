import CofferHTTP

/// Accounts and tokens.
enum HashdropAccountOperations {
    private static let anybody = OpenAPIGroup("Account")
    private static let owner = OpenAPIGroup("Account", security: HashdropPieces.needsToken)
    private static let tokens = OpenAPIGroup("Token")

    static let all = [register, verify, login, delete, refresh, revoke]

    private static let register = anybody.post("/api/user/register", id: "hashdropRegister", "Make an account")
        .explained("A code of six digits is mailed; without a mail server it lies in the outbox of the server.")
        .sending(OpenAPI.body("HashdropCredentials"))
        .answering(201, "Made; it may log in once it is verified", "HashdropAccount")
        .failing([
            400: "Malformed JSON, an unusable address, or a password of less than 8 bytes", 409: "The address is taken",
        ])
        .answering(HashdropPieces.limited)
        .failing([500: "A fault of the server; if it was the mail, there is no account"])

    private static let verify = anybody.patch("/api/user/verify", id: "hashdropVerify", "Verify an account")
        .explained("After some wrong codes the right one does not count any more either.")
        .sending(OpenAPI.body("HashdropCode"))
        .answering(HashdropPieces.empty(204, "Verified"))
        .failing([400: "Malformed JSON, or the code is over", 401: "No account waits for a code, or a wrong one"])
        .answering(HashdropPieces.limited, HashdropPieces.fault)

    private static let login = anybody.post("/api/user/login", id: "hashdropLogin", "Log in")
        .explained("The access token goes with every request, the refresh token renews it.")
        .sending(OpenAPI.body("HashdropCredentials"))
        .answering(200, "Both tokens", "HashdropTokens")
        .answering(HashdropPieces.badJSON)
        .failing([401: "Unknown, not verified, or a wrong password"])
        .answering(HashdropPieces.limited, HashdropPieces.fault)

    private static let delete = owner.delete("/api/user", id: "hashdropDeleteAccount", "Delete the account")
        .explained("With all files and tokens. The body confirms it, and must name the account of the token.")
        .sending(OpenAPI.body("HashdropCredentials"))
        .answering(HashdropPieces.empty(204, "Gone"), HashdropPieces.badJSON)
        .failing([401: "No or a bad token, a wrong password, or another account"])
        .answering(HashdropPieces.limited, HashdropPieces.fault)

    private static let refresh = tokens.post("/api/token/refresh", id: "hashdropRefresh", "Get another access token")
        .explained("The refresh token stays as it is.")
        .sending(OpenAPI.body("HashdropRefreshToken"))
        .answering(200, "The access token", "HashdropAccessToken")
        .answering(HashdropPieces.badJSON)
        .failing([401: "Unknown, over, or revoked"])
        .answering(HashdropPieces.limited, HashdropPieces.fault)

    private static let revoke = tokens.post("/api/token/revoke", id: "hashdropRevoke", "End a refresh token")
        .explained("Access tokens that it gave live on until they are over.")
        .sending(OpenAPI.body("HashdropRefreshToken"))
        .answering(
            HashdropPieces.empty(204, "Revoked, or nobody's"),
            HashdropPieces.badJSON,
            HashdropPieces.limited,
            HashdropPieces.fault
        )
}
