import CofferHTTP

/// Notes.
enum SkySendNoteOperations {
    static let all = [create, info, view, password, delete]

    private static let create = OpenAPIOperation(
        "post",
        "/api/note",
        id: "skysendCreateNote",
        tag: "Note",
        summary: "Store a note",
        description: "Binary values are base64 or base64url, padded or not.",
        body: SkySendParameters.json("SkySendNewNote"),
        responses: [
            OpenAPI.json(201, "Stored", schema: "SkySendNoteCreated"),
            SkySendParameters.problem(400, "The body"),
            SkySendParameters.problem(401, "A login is needed"),
            SkySendParameters.problem(413, "Too large"),
            SkySendParameters.limited,
        ]
    )

    private static let info = OpenAPIOperation(
        "get",
        "/api/note/{id}",
        id: "skysendNoteInfo",
        tag: "Note",
        summary: "Look at a note",
        description: "Never counts, never shows the content.",
        parameters: [SkySendParameters.id],
        responses: [
            OpenAPI.json(200, "What a reader needs to know", schema: "SkySendNoteInfo"),
            SkySendParameters.problem(404, "Unknown"),
            SkySendParameters.problem(410, "Expired, or viewed as often as allowed"),
            SkySendParameters.limited,
        ]
    )

    private static let view = OpenAPIOperation(
        "post",
        "/api/note/{id}/view",
        id: "skysendViewNote",
        tag: "Note",
        summary: "View a note",
        description: "Spends a view; with the last one the ciphertext is destroyed.",
        parameters: [
            SkySendParameters.id,
            OpenAPI.header("X-Auth-Token", "Instead of the body", required: false),
        ],
        body: SkySendParameters.json("SkySendAuth", required: false),
        responses: [
            OpenAPI.json(200, "The ciphertext", schema: "SkySendNoteContent"),
            SkySendParameters.problem(400, "The body"),
            SkySendParameters.problem(401, "A wrong auth token"),
            SkySendParameters.problem(404, "Unknown"),
            SkySendParameters.problem(410, "Expired, or viewed as often as allowed"),
            SkySendParameters.problem(429, "Too many requests, or too many wrong tokens"),
        ]
    )

    private static let password = OpenAPIOperation(
        "post",
        "/api/note/{id}/password",
        id: "skysendNotePassword",
        tag: "Note",
        summary: "Check a note's password",
        description: "Never counts a view.",
        parameters: [SkySendParameters.id],
        body: SkySendParameters.json("SkySendAuth"),
        responses: [
            OpenAPI.json(200, "It is the right one", schema: "SkySendOk"),
            SkySendParameters.problem(400, "The body, or a note without a password"),
            SkySendParameters.problem(401, "It is not"),
            SkySendParameters.problem(404, "Unknown"),
            SkySendParameters.problem(410, "Expired, or viewed as often as allowed"),
            SkySendParameters.problem(429, "Too many requests, or too many wrong tokens"),
        ]
    )

    private static let delete = OpenAPIOperation(
        "delete",
        "/api/note/{id}",
        id: "skysendDeleteNote",
        tag: "Note",
        summary: "Delete a note",
        description: "The ciphertext is gone before the answer.",
        parameters: [SkySendParameters.id, SkySendParameters.owner],
        responses: [
            OpenAPI.json(200, "Deleted", schema: "SkySendOk"),
            SkySendParameters.problem(401, "No or a wrong owner token"),
            SkySendParameters.problem(404, "Unknown"),
            SkySendParameters.limited,
        ]
    )
}
