import CofferHTTP

/// Instance and identity.
enum HeaperIdentityOperations {
    static let all =
        HeaperInstanceOperations.instance + [verifyKey, createSession, verifySession, refreshToken, profile]
        + HeaperInstanceOperations.syncHealth + HeaperAdminOperations.all

    static let schemas =
        HeaperInstanceOperations.schemas + [
            HeaperPieces.schema(
                "HeaperUser",
                [
                    "id": HeaperPieces.id, "public_key": HeaperPieces.text, "email": HeaperPieces.text,
                    "is_admin": HeaperPieces.flag,
                ]
            ),
            HeaperPieces.schema(
                "HeaperAccount",
                [
                    "id": HeaperPieces.id, "public_key": HeaperPieces.text, "email": HeaperPieces.text,
                    "name": HeaperPieces.text, "is_admin": HeaperPieces.flag, "approved": HeaperPieces.flag,
                    "state": ["enum": ["pending", "approved", "rejected"]], "created_at": HeaperPieces.time,
                ]
            ),
            HeaperPieces.schema(
                "HeaperKey",
                [
                    "public_key": ["type": "string", "description": "Ed25519, 32 bytes in base58"],
                    "email": HeaperPieces.text,
                ],
                optional: ["email"]
            ),
            HeaperPieces.schema(
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
            HeaperPieces.schema(
                "HeaperSignedKey",
                [
                    "public_key": HeaperPieces.text, "message": HeaperPieces.text, "signed_message": HeaperPieces.text,
                    "server_challenge": HeaperPieces.text,
                ],
                optional: ["server_challenge"]
            ),
        ]

    private static let verifyKey = OpenAPIOperation(
        "post",
        "/api/auth/verify_key",
        id: "heaperVerifyKey",
        tag: "Auth",
        summary: "Log in with a signed challenge, in the words of older clients",
        description: "As `verify_session`; the message is a challenge of `create_session`.",
        body: HeaperPieces.body("HeaperSignedKey"),
        responses: [
            HeaperPieces.answer(
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
            ),
            HeaperPieces.malformed,
            HeaperPieces.problem(401, "As `verify_session`; `verified` is false besides"),
            HeaperPieces.problem(403, "No new accounts, or the account was rejected"),
            HeaperPieces.limited,
        ]
    )

    private static let createSession = OpenAPIOperation(
        "post",
        "/api/auth/create_session",
        id: "heaperCreateSession",
        tag: "Auth",
        summary: "Get a challenge to sign",
        description: "It is good for five minutes, once, and for this key. Known and unknown keys get the same answer.",
        body: HeaperPieces.body("HeaperKey"),
        responses: [
            HeaperPieces.answer("A challenge", ["success": ["const": true], "challenge": HeaperPieces.text]),
            HeaperPieces.problem(400, "Malformed body, or a key that is not 32 bytes"),
            HeaperPieces.limited,
        ]
    )

    private static let verifySession = OpenAPIOperation(
        "post",
        "/api/auth/verify_session",
        id: "heaperVerifySession",
        tag: "Auth",
        summary: "Log in with a signed challenge",
        description: """
            Any attempt uses the challenge up. The first key ever becomes the administrator's. An account that waits for \
            approval gets `success` false and `approval_required` true, and no tokens.
            """,
        body: HeaperPieces.body("HeaperProof"),
        responses: [
            HeaperPieces.answer(
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
            ),
            HeaperPieces.malformed,
            HeaperPieces.problem(401, "The challenge is not open for this key, or the signature is wrong"),
            HeaperPieces.problem(403, "No new accounts, or the account was rejected"),
            HeaperPieces.limited,
        ]
    )

    private static let refreshToken = OpenAPIOperation(
        "post",
        "/api/auth/refresh_token",
        id: "heaperRefreshToken",
        tag: "Auth",
        summary: "Get the next pair of tokens",
        description: """
            The refresh token is the bearer, or `refreshToken` of the body. It stays good for 30 seconds and gives the same \
            successor; used later it ends the login.
            """,
        responses: [
            HeaperPieces.answer(
                "Both tokens",
                ["success": ["const": true], "accessToken": HeaperPieces.text, "refreshToken": HeaperPieces.text]
            ),
            HeaperPieces.problem(401, "No refresh token, or one that is not good any more"),
            HeaperPieces.notApproved,
            HeaperPieces.limited,
        ],
        security: HeaperPieces.needsToken
    )

    private static let profile = OpenAPIOperation(
        "post",
        "/api/me",
        id: "heaperMe",
        tag: "Auth",
        summary: "Who I am, what I use, how much I may",
        description: "Also as `GET`. A limit that is null is none.",
        responses: [
            OpenAPI.json(200, "The profile", schema: "HeaperProfile"), HeaperPieces.noToken, HeaperPieces.notApproved,
        ],
        security: HeaperPieces.needsToken
    )
}
