import CofferHTTP

/// Instance and identity.
enum HeaperIdentityOperations {
    static let all = [createSession, verifySession]

    static let schemas = [
        HeaperPieces.schema(
            "HeaperUser",
            [
                "id": HeaperPieces.id, "public_key": HeaperPieces.text, "email": HeaperPieces.text,
                "is_admin": HeaperPieces.flag,
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
    ]

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
}
