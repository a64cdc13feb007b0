import CofferHTTP

/// Storing a ciphertext.
enum SkySendUploadOperations {
    private static let uploads = OpenAPIGroup("Upload")

    static let all = [whole, open, chunk, finalize, status, socket]

    private static let whole = uploads.post("/api/upload", id: "skysendUpload", "Upload in one request")
        .explained("The body is the ciphertext, with a length or in chunked coding. It is durable when this answers.")
        .taking(SkySendParameters.upload)
        .sending(OpenAPI.bytes)
        .answering(201, "Stored", "SkySendUploaded")
        .failing([
            400: "Headers, no body, or another size than declared", 401: "A login is needed",
            413: "Larger than the server or the quota allows", 429: "Too many requests, or the quota is used up",
            507: "The disk is full",
        ])

    private static let open = uploads.post("/api/upload/init", id: "skysendInit", "Open an upload in chunks")
        .explained("It stays open for an hour after the last chunk, also over a restart of the server.")
        .taking(SkySendParameters.upload)
        .answering(201, "Open", "SkySendId")
        .failing([
            400: "Headers", 401: "A login is needed", 413: "Larger than the server or the quota allows",
            429: "Too many requests, or the quota is used up",
        ])

    private static let chunk = uploads.post("/api/upload/{id}/chunk", id: "skysendChunk", "Send one chunk")
        .explained("Up to 16 MiB, in any order and in parallel; a number that is there already is ignored.")
        .taking(
            SkySendParameters.id,
            OpenAPI.query(
                "index",
                "The number of the chunk, from 0",
                required: true,
                schema: ["type": "integer", "minimum": 0]
            )
        )
        .sending(OpenAPI.bytes)
        .answering(200, "Stored; durable", "SkySendChunkStored")
        .failing([
            400: "No index, or an empty body", 404: "No such session",
            413: "Above 16 MiB, or more than was declared for the upload",
            429: "More than 64 chunks wait for earlier ones", 507: "The disk is full",
        ])

    private static let finalize = uploads.post(
        "/api/upload/{id}/finalize",
        id: "skysendFinalize",
        "Finish an upload in chunks"
    )
    .explained("The time to its expiry begins now. A repeat answers the same.")
    .taking(SkySendParameters.id, SkySendParameters.owner)
    .answering(200, "Readable", "SkySendUploaded")
    .failing([
        400: "Bytes are missing; the session is gone", 401: "No or a wrong owner token; the session stays",
        404: "No such session",
    ])
    .answering(SkySendParameters.limited)

    private static let status = uploads.get(
        "/api/upload/{id}/status",
        id: "skysendUploadStatus",
        "Ask how far an upload in chunks has come"
    )
    .explained("For clients that continue one. An addition of this server.")
    .taking(SkySendParameters.id, SkySendParameters.owner)
    .answering(200, "What is there", "SkySendProgress")
    .failing([401: "No or a wrong owner token", 404: "No such session"])
    .answering(SkySendParameters.limited)

    private static let socket = uploads.get("/api/upload/ws", id: "skysendUploadSocket", "Upload over a WebSocket")
        .explained(
            """
            Send the text `{"type":"init","headers":{…}}` with the members `authToken`, `ownerToken`, `salt`, \
            `maxDownloads`, `expireSec`, `contentLength` and, where they apply, `fileCount`, `hasPassword`, \
            `passwordSalt`, `passwordAlgo`; wait for `{"type":"ready","id":…}`; send the ciphertext in binary messages \
            of at most 1 MiB; send `{"type":"finalize"}`; wait for `{"type":"done","id":…}`. Failures are \
            `{"type":"error","message":…}` and a close with 1002, 1003, 1008, 1009 or 1011.
            """
        )
        .answering(.init("101", ["description": "The connection is a WebSocket"]))
        .failing([401: "A login is needed", 404: "Switched off", 426: "Not a WebSocket handshake"])
}
