import CofferHTTP

/// Accounts and tokens.
enum HashdropAccountOperations {
    static let all = [register, verify, login, delete, refresh, revoke]

    private static let register = OpenAPIOperation(
        "post",
        "/api/user/register",
        id: "hashdropRegister",
        tag: "Account",
        summary: "Make an account",
        description: "A code of six digits is mailed; without a mail server it lies in the outbox of the server.",
        body: HashdropPieces.body("HashdropCredentials"),
        responses: [
            OpenAPI.json(201, "Made; it may log in once it is verified", schema: "HashdropAccount"),
            HashdropPieces.problem(400, "Malformed JSON, an unusable address, or a password of less than 8 bytes"),
            HashdropPieces.problem(409, "The address is taken"),
            HashdropPieces.limited,
            HashdropPieces.problem(500, "A fault of the server; if it was the mail, there is no account"),
        ]
    )

    private static let verify = OpenAPIOperation(
        "patch",
        "/api/user/verify",
        id: "hashdropVerify",
        tag: "Account",
        summary: "Verify an account",
        description: "After some wrong codes the right one does not count any more either.",
        body: HashdropPieces.body("HashdropCode"),
        responses: [
            HashdropPieces.empty(204, "Verified"),
            HashdropPieces.problem(400, "Malformed JSON, or the code is over"),
            HashdropPieces.problem(401, "No account waits for a code, or a wrong one"),
            HashdropPieces.limited,
            HashdropPieces.fault,
        ]
    )

    private static let login = OpenAPIOperation(
        "post",
        "/api/user/login",
        id: "hashdropLogin",
        tag: "Account",
        summary: "Log in",
        description: "The access token goes with every request, the refresh token renews it.",
        body: HashdropPieces.body("HashdropCredentials"),
        responses: [
            OpenAPI.json(200, "Both tokens", schema: "HashdropTokens"),
            HashdropPieces.badJSON,
            HashdropPieces.problem(401, "Unknown, not verified, or a wrong password"),
            HashdropPieces.limited,
            HashdropPieces.fault,
        ]
    )

    private static let delete = OpenAPIOperation(
        "delete",
        "/api/user",
        id: "hashdropDeleteAccount",
        tag: "Account",
        summary: "Delete the account",
        description: "With all files and tokens. The body confirms it, and must name the account of the token.",
        body: HashdropPieces.body("HashdropCredentials"),
        responses: [
            HashdropPieces.empty(204, "Gone"),
            HashdropPieces.badJSON,
            HashdropPieces.problem(401, "No or a bad token, a wrong password, or another account"),
            HashdropPieces.limited,
            HashdropPieces.fault,
        ],
        security: HashdropPieces.needsToken
    )

    private static let refresh = OpenAPIOperation(
        "post",
        "/api/token/refresh",
        id: "hashdropRefresh",
        tag: "Token",
        summary: "Get another access token",
        description: "The refresh token stays as it is.",
        body: HashdropPieces.body("HashdropRefreshToken"),
        responses: [
            OpenAPI.json(200, "The access token", schema: "HashdropAccessToken"),
            HashdropPieces.badJSON,
            HashdropPieces.problem(401, "Unknown, over, or revoked"),
            HashdropPieces.limited,
            HashdropPieces.fault,
        ]
    )

    private static let revoke = OpenAPIOperation(
        "post",
        "/api/token/revoke",
        id: "hashdropRevoke",
        tag: "Token",
        summary: "End a refresh token",
        description: "Access tokens that it gave live on until they are over.",
        body: HashdropPieces.body("HashdropRefreshToken"),
        responses: [
            HashdropPieces.empty(204, "Revoked, or nobody's"),
            HashdropPieces.badJSON,
            HashdropPieces.limited,
            HashdropPieces.fault,
        ]
    )
}
