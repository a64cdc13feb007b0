import CofferHTTP

/// The bodies of the API description.
enum HashdropSchemas {
    private static let text: JSONValue = ["type": "string"]
    private static let stored: JSONValue = ["type": "string", "maxLength": .integer(JSONBody.maxStoredBytes)]
    private static let count: JSONValue = ["type": "integer", "minimum": 0]
    private static let uuid: JSONValue = ["type": "string", "format": "uuid"]
    private static let time: JSONValue = ["type": "string", "format": "date-time"]
    private static let mode: JSONValue = ["enum": ["vault", "passphrase"]]

    static let all: [JSONValue.Member] = accounts + files

    private static let accounts = [
        OpenAPI.named("HashdropCredentials", ["email": text, "password": ["type": "string", "minLength": 8]]),
        OpenAPI.named("HashdropAccount", ["id": uuid, "created_at": time, "updated_at": time, "email": text]),
        OpenAPI.named("HashdropCode", ["email": text, "otp": ["type": "string", "pattern": "^[0-9]{6}$"]]),
        OpenAPI.named("HashdropTokens", ["access_token": text, "refresh_token": text]),
        OpenAPI.named("HashdropAccessToken", ["access_token": text]),
        OpenAPI.named("HashdropRefreshToken", ["refresh_token": text]),
        OpenAPI.named("HashdropVersion", ["compatible_version": text]),
    ]

    private static let files = [
        OpenAPI.named(
            "HashdropNewFile",
            ["file_name": stored, "mime_type": stored],
            optional: ["file_name", "mime_type"]
        ),
        OpenAPI.named(
            "HashdropUpload",
            [
                "file_id": uuid,
                "upload_resource": OpenAPI.object(["url": ["type": "string", "format": "uri"]]),
            ]
        ),
        OpenAPI.named(
            "HashdropFacts",
            [
                "file_id": uuid, "plaintext_hash": stored, "plaintext_size_bytes": ["type": "integer"],
                "passphrase_salt": [
                    "type": "string", "maxLength": .integer(JSONBody.maxStoredBytes),
                    "description": "Kept as it is; empty or absent for a file whose key is in a vault",
                ],
            ],
            optional: ["plaintext_hash", "plaintext_size_bytes", "passphrase_salt"]
        ),
        OpenAPI.named(
            "HashdropUploaded",
            ["s3_object_key": text, "uploaded_file_size": count]
        ),
        OpenAPI.named(
            "HashdropListed",
            [
                "file_name": text, "encrypted_size_bytes": count,
                "status": ["enum": ["pending", "uploaded", "failed"]],
                "key_management_mode": mode, "created_at": time, "file_id": uuid,
            ]
        ),
        OpenAPI.named("HashdropNamed", ["file_name": text, "file_id": uuid]),
        OpenAPI.named(
            "HashdropDetails",
            [
                "file_name": text, "file_id": uuid, "status": ["const": "uploaded"], "plaintext_size_bytes": count,
                "encrypted_size_bytes": count, "s3_key": text, "key_management_mode": mode, "plaintext_hash": text,
            ]
        ),
        OpenAPI.named("HashdropHash", ["hash": text]),
        OpenAPI.named("HashdropSalt", ["salt": text]),
    ]
}
