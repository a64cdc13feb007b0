import CofferHTTP

/// Instance and identity.
enum HeaperIdentityOperations {
    private static let anybody = OpenAPIGroup("Auth")
    private static let caller = OpenAPIGroup("Auth", security: HeaperPieces.needsToken)

    static let all =
        HeaperInstanceOperations.instance + [verifyKey, createSession, verifySession, refreshToken, profile]
        + HeaperInstanceOperations.syncHealth + HeaperAdminOperations.all

    static let schemas =
        HeaperInstanceOperations.schemas + [
            OpenAPI.named(
                "HeaperUser",
                [
                    "id": HeaperPieces.id, "public_key": HeaperPieces.text, "email": HeaperPieces.text,
                    "is_admin": HeaperPieces.flag,
                ]
            ),
            OpenAPI.named(
                "HeaperAccount",
                [
                    "id": HeaperPieces.id, "public_key": HeaperPieces.text, "email": HeaperPieces.text,
                    "name": HeaperPieces.text, "is_admin": HeaperPieces.flag, "approved": HeaperPieces.flag,
                    "state": ["enum": ["pending", "approved", "rejected"]], "created_at": HeaperPieces.time,
                ]
            ),
            OpenAPI.named(
                "HeaperKey",
                [
                    "public_key": ["type": "string", "description": "Ed25519, 32 bytes in base58"],
                    "email": HeaperPieces.text,
                ],
                optional: ["email"]
            ),
            OpenAPI.named(
                "HeaperProof",
                [
                    "public_key": HeaperPieces.text,
                    "message": ["type": "string", "description": "The challenge as it came"],
                    "signature": [
                        "type": "string",
                        "description": "Of the challenge's UTF-8 bytes, in base64, base64url, base58 or hex",
                    ],
                    "server_challenge": [
                        "type": "string", "minLength": 1, "maxLength": 512, "description": "What the server is to sign",
                    ],
                    "email": HeaperPieces.text,
                ],
                optional: ["server_challenge", "email"]
            ),
            OpenAPI.named(
                "HeaperSignedKey",
                [
                    "public_key": HeaperPieces.text, "message": HeaperPieces.text, "signed_message": HeaperPieces.text,
                    "server_challenge": HeaperPieces.text,
                ],
                optional: ["server_challenge"]
            ),
        ]

    private static let verifyKey = anybody.post(
        "/api/auth/verify_key",
        id: "heaperVerifyKey",
        "Log in with a signed challenge, in the words of older clients"
    )
    .explained("As `verify_session`; the message is a challenge of `create_session`.")
    .sending(OpenAPI.body("HeaperSignedKey"))
    .answering(
        "Verified; without tokens while the account waits for approval",
        [
            "success": ["const": true], "verified": ["const": true], "approval_required": ["const": true],
            "access_token": HeaperPieces.text, "refresh_token": HeaperPieces.text,
            "server_public_key": HeaperPieces.text, "server_signature": HeaperPieces.text,
            "server_challenge": HeaperPieces.text,
        ],
        optional: [
            "approval_required", "access_token", "refresh_token", "server_signature", "server_challenge",
        ]
    )
    .answering(HeaperPieces.malformed)
    .failing([
        401: "As `verify_session`; `verified` is false besides", 403: "No new accounts, or the account was rejected",
    ])
    .answering(HeaperPieces.limited)

    private static let createSession = anybody.post(
        "/api/auth/create_session",
        id: "heaperCreateSession",
        "Get a challenge to sign"
    )
    .explained("It is good for five minutes, once, and for this key. Known and unknown keys get the same answer.")
    .sending(OpenAPI.body("HeaperKey"))
    .answering("A challenge", ["success": ["const": true], "challenge": HeaperPieces.text])
    .failing([400: "Malformed body, or a key that is not 32 bytes"])
    .answering(HeaperPieces.limited)

    private static let verifySession = anybody.post(
        "/api/auth/verify_session",
        id: "heaperVerifySession",
        "Log in with a signed challenge"
    )
    .explained(
        """
        Any attempt uses the challenge up. The first key ever becomes the administrator's. An account that waits for \
        approval gets `success` false and `approval_required` true, and no tokens.
        """
    )
    .sending(OpenAPI.body("HeaperProof"))
    .answering(
        "Logged in, or waiting for approval",
        [
            "success": HeaperPieces.flag, "approval_required": ["const": true],
            "accessToken": HeaperPieces.text, "refreshToken": HeaperPieces.text,
            "server_public_key": HeaperPieces.text, "server_signature": HeaperPieces.text,
            "server_challenge": HeaperPieces.text, "name": HeaperPieces.text,
            "public_url": HeaperPieces.text, "version": HeaperPieces.text, "selfhosted": ["const": true],
            "user": OpenAPI.schema("HeaperUser"),
        ],
        optional: [
            "approval_required", "accessToken", "refreshToken", "server_signature", "server_challenge", "name",
            "public_url", "version", "selfhosted", "user",
        ]
    )
    .answering(HeaperPieces.malformed)
    .failing([
        401: "The challenge is not open for this key, or the signature is wrong",
        403: "No new accounts, or the account was rejected",
    ])
    .answering(HeaperPieces.limited)

    private static let refreshToken = caller.post(
        "/api/auth/refresh_token",
        id: "heaperRefreshToken",
        "Get the next pair of tokens"
    )
    .explained(
        """
        The refresh token is the bearer, or `refreshToken` of the body. It stays good for 30 seconds and gives the same \
        successor; used later it ends the login.
        """
    )
    .answering(
        "Both tokens",
        ["success": ["const": true], "accessToken": HeaperPieces.text, "refreshToken": HeaperPieces.text]
    )
    .failing([401: "No refresh token, or one that is not good any more"])
    .answering(HeaperPieces.notApproved, HeaperPieces.limited)

    private static let profile = caller.post("/api/me", id: "heaperMe", "Who I am, what I use, how much I may")
        .explained("Also as `GET`. A limit that is null is none.")
        .answering(200, "The profile", "HeaperProfile")
        .answering(HeaperPieces.noToken, HeaperPieces.notApproved)
}
