import CofferHTTP

/// The bodies of the API description.
enum SkySendSchemas {
    private static let text: JSONValue = ["type": "string"]
    private static let flag: JSONValue = ["type": "boolean"]
    private static let count: JSONValue = ["type": "integer", "minimum": 0]
    private static let uuid: JSONValue = ["type": "string", "format": "uuid"]
    private static let time: JSONValue = ["type": "string", "format": "date-time"]
    private static let base64: JSONValue = ["type": "string", "contentEncoding": "base64"]
    private static let base64OrNull: JSONValue = ["type": ["string", "null"], "contentEncoding": "base64"]

    static let all: [JSONValue.Member] = shared + files + notes + instance

    private static let shared = [
        OpenAPI.named(
            "SkySendProblem",
            [
                "error": text,
                "details": [
                    "type": "object", "additionalProperties": ["type": "array", "items": text],
                    "description": "Field by field, what is wrong",
                ],
            ],
            optional: ["details"]
        ),
        OpenAPI.named("SkySendOk", ["ok": ["const": true]]),
        OpenAPI.named("SkySendId", ["id": uuid]),
        OpenAPI.named("SkySendAuth", ["authToken": text]),
    ]

    private static let files = [
        OpenAPI.named("SkySendUploaded", ["id": uuid, "url": ["type": "string", "format": "uri"]]),
        OpenAPI.named("SkySendChunkStored", ["bytesWritten": count]),
        OpenAPI.named(
            "SkySendProgress",
            [
                "bytesWritten": count, "contentLength": count,
                "received": [
                    "type": "array", "description": "First and last number of each run of chunks",
                    "items": ["type": "array", "items": count, "minItems": 2, "maxItems": 2],
                ],
            ]
        ),
        OpenAPI.named("SkySendMeta", ["encryptedMeta": base64, "nonce": base64]),
        OpenAPI.named(
            "SkySendPasswordOk",
            ["ok": ["const": true], "encryptedMeta": base64, "nonce": base64],
            optional: ["encryptedMeta", "nonce"]
        ),
        OpenAPI.named(
            "SkySendExists",
            ["exists": flag, "reason": ["enum": ["expired", "limit_reached"]]],
            optional: ["reason"]
        ),
        OpenAPI.named(
            "SkySendInfo",
            [
                "id": uuid, "size": count, "fileCount": count, "hasPassword": flag,
                "passwordAlgo": ["const": "argon2id-v2"], "passwordSalt": text, "salt": text,
                "encryptedMeta": base64OrNull, "nonce": base64OrNull, "downloadCount": count, "maxDownloads": count,
                "expiresAt": time, "createdAt": time,
            ],
            optional: ["passwordAlgo", "passwordSalt"]
        ),
    ]

    private static let notes = [
        OpenAPI.named(
            "SkySendNewNote",
            [
                "encryptedContent": base64, "nonce": base64, "salt": text, "authToken": text, "ownerToken": text,
                "contentType": ["enum": .array(NewNote.contentTypes.map { .string($0) })],
                "maxViews": ["type": "integer", "minimum": 0, "description": "0 for no limit"],
                "expireSec": ["type": "integer", "minimum": 1],
                "hasPassword": flag, "passwordSalt": text, "passwordAlgo": ["const": "argon2id-v2"],
            ],
            optional: ["hasPassword", "passwordSalt", "passwordAlgo"]
        ),
        OpenAPI.named("SkySendNoteCreated", ["id": uuid, "expiresAt": time]),
        OpenAPI.named(
            "SkySendNoteInfo",
            [
                "id": uuid, "contentType": text, "hasPassword": flag, "passwordAlgo": ["const": "argon2id-v2"],
                "passwordSalt": text, "salt": text, "maxViews": count, "viewCount": count, "expiresAt": time,
                "createdAt": time,
            ],
            optional: ["passwordAlgo", "passwordSalt"]
        ),
        OpenAPI.named(
            "SkySendNoteContent",
            ["encryptedContent": base64, "nonce": base64, "viewCount": count, "maxViews": count]
        ),
    ]

    private static let instance = [
        OpenAPI.named("SkySendHealth", ["status": ["const": "ok"], "version": text, "timestamp": time]),
        OpenAPI.named(
            "SkySendQuota",
            [
                "enabled": flag, "limit": count, "used": count, "remaining": count,
                "resetsAt": ["type": ["string", "null"], "format": "date-time"],
                "window": ["type": "integer", "minimum": 0, "description": "Seconds"],
            ]
        ),
        OpenAPI.named("SkySendPerson", ["sub": text, "name": text, "email": text]),
        .init(
            "SkySendConfig",
            [
                "type": "object", "additionalProperties": true,
                "properties": [
                    "maxFileSize": count, "maxFilesPerUpload": count,
                    "expireOptions": ["type": "array", "items": count], "defaultExpire": count,
                    "downloadOptions": ["type": "array", "items": count], "defaultDownload": count,
                    "enabledServices": ["type": "array", "items": ["enum": ["file", "note"]]],
                    "customTitle": text, "customColor": ["type": ["string", "null"]],
                    "customLogo": ["type": ["string", "null"]], "oidcEnabled": flag,
                ],
                "required": [
                    "maxFileSize", "maxFilesPerUpload", "expireOptions", "defaultExpire", "downloadOptions",
                    "defaultDownload", "customTitle", "customColor", "customLogo",
                ],
            ]
        ),
    ]
}
