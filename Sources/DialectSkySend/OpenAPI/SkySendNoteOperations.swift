import CofferHTTP

/// Notes.
enum SkySendNoteOperations {
    private static let notes = OpenAPIGroup("Note")

    static let all = [create, info, view, password, delete]

    private static let create = notes.post("/api/note", id: "skysendCreateNote", "Store a note")
        .explained("Binary values are base64 or base64url, padded or not.")
        .sending(OpenAPI.body("SkySendNewNote"))
        .answering(201, "Stored", "SkySendNoteCreated")
        .failing([400: "The body", 401: "A login is needed", 413: "Too large"])
        .answering(SkySendParameters.limited)

    private static let info = notes.get("/api/note/{id}", id: "skysendNoteInfo", "Look at a note")
        .explained("Never counts, never shows the content.")
        .taking(SkySendParameters.id)
        .answering(200, "What a reader needs to know", "SkySendNoteInfo")
        .failing([404: "Unknown", 410: "Expired, or viewed as often as allowed"])
        .answering(SkySendParameters.limited)

    private static let view = notes.post("/api/note/{id}/view", id: "skysendViewNote", "View a note")
        .explained("Spends a view; with the last one the ciphertext is destroyed.")
        .taking(SkySendParameters.id, OpenAPI.header("X-Auth-Token", "Instead of the body", required: false))
        .sending(OpenAPI.body("SkySendAuth", required: false))
        .answering(200, "The ciphertext", "SkySendNoteContent")
        .failing([
            400: "The body", 401: "A wrong auth token", 404: "Unknown", 410: "Expired, or viewed as often as allowed",
            429: "Too many requests, or too many wrong tokens",
        ])

    private static let password = notes.post(
        "/api/note/{id}/password",
        id: "skysendNotePassword",
        "Check a note's password"
    )
    .explained("Never counts a view.")
    .taking(SkySendParameters.id)
    .sending(OpenAPI.body("SkySendAuth"))
    .answering(200, "It is the right one", "SkySendOk")
    .failing([
        400: "The body, or a note without a password", 401: "It is not", 404: "Unknown",
        410: "Expired, or viewed as often as allowed", 429: "Too many requests, or too many wrong tokens",
    ])

    private static let delete = notes.delete("/api/note/{id}", id: "skysendDeleteNote", "Delete a note")
        .explained("The ciphertext is gone before the answer.")
        .taking(SkySendParameters.id, SkySendParameters.owner)
        .answering(200, "Deleted", "SkySendOk")
        .failing([401: "No or a wrong owner token", 404: "Unknown"])
        .answering(SkySendParameters.limited)
}
