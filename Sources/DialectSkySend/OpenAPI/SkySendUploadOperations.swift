import CofferHTTP

/// Storing a ciphertext.
enum SkySendUploadOperations {
    static let all = [whole, open, chunk, finalize, status, socket]

    private static let whole = OpenAPIOperation(
        "post",
        "/api/upload",
        id: "skysendUpload",
        tag: "Upload",
        summary: "Upload in one request",
        description: "The body is the ciphertext, with a length or in chunked coding. It is durable when this answers.",
        parameters: SkySendParameters.upload,
        body: SkySendParameters.bytes,
        responses: [
            OpenAPI.json(201, "Stored", schema: "SkySendUploaded"),
            SkySendParameters.problem(400, "Headers, no body, or another size than declared"),
            SkySendParameters.problem(401, "A login is needed"),
            SkySendParameters.problem(413, "Larger than the server or the quota allows"),
            SkySendParameters.problem(429, "Too many requests, or the quota is used up"),
            SkySendParameters.problem(507, "The disk is full"),
        ]
    )

    private static let open = OpenAPIOperation(
        "post",
        "/api/upload/init",
        id: "skysendInit",
        tag: "Upload",
        summary: "Open an upload in chunks",
        description: "It stays open for an hour after the last chunk, also over a restart of the server.",
        parameters: SkySendParameters.upload,
        responses: [
            OpenAPI.json(201, "Open", schema: "SkySendId"),
            SkySendParameters.problem(400, "Headers"),
            SkySendParameters.problem(401, "A login is needed"),
            SkySendParameters.problem(413, "Larger than the server or the quota allows"),
            SkySendParameters.problem(429, "Too many requests, or the quota is used up"),
        ]
    )

    private static let chunk = OpenAPIOperation(
        "post",
        "/api/upload/{id}/chunk",
        id: "skysendChunk",
        tag: "Upload",
        summary: "Send one chunk",
        description: "Up to 16 MiB, in any order and in parallel; a number that is there already is ignored.",
        parameters: [
            SkySendParameters.id,
            OpenAPI.query(
                "index",
                "The number of the chunk, from 0",
                required: true,
                schema: ["type": "integer", "minimum": 0]
            ),
        ],
        body: SkySendParameters.bytes,
        responses: [
            OpenAPI.json(200, "Stored; durable", schema: "SkySendChunkStored"),
            SkySendParameters.problem(400, "No index, or an empty body"),
            SkySendParameters.problem(404, "No such session"),
            SkySendParameters.problem(413, "Above 16 MiB, or more than was declared for the upload"),
            SkySendParameters.problem(429, "More than 64 chunks wait for earlier ones"),
            SkySendParameters.problem(507, "The disk is full"),
        ]
    )

    private static let finalize = OpenAPIOperation(
        "post",
        "/api/upload/{id}/finalize",
        id: "skysendFinalize",
        tag: "Upload",
        summary: "Finish an upload in chunks",
        description: "The time to its expiry begins now. A repeat answers the same.",
        parameters: [SkySendParameters.id, SkySendParameters.owner],
        responses: [
            OpenAPI.json(200, "Readable", schema: "SkySendUploaded"),
            SkySendParameters.problem(400, "Bytes are missing; the session is gone"),
            SkySendParameters.problem(401, "No or a wrong owner token; the session stays"),
            SkySendParameters.problem(404, "No such session"),
            SkySendParameters.limited,
        ]
    )

    private static let status = OpenAPIOperation(
        "get",
        "/api/upload/{id}/status",
        id: "skysendUploadStatus",
        tag: "Upload",
        summary: "Ask how far an upload in chunks has come",
        description: "For clients that continue one. An addition of this server.",
        parameters: [SkySendParameters.id, SkySendParameters.owner],
        responses: [
            OpenAPI.json(200, "What is there", schema: "SkySendProgress"),
            SkySendParameters.problem(401, "No or a wrong owner token"),
            SkySendParameters.problem(404, "No such session"),
            SkySendParameters.limited,
        ]
    )

    private static let socket = OpenAPIOperation(
        "get",
        "/api/upload/ws",
        id: "skysendUploadSocket",
        tag: "Upload",
        summary: "Upload over a WebSocket",
        description: """
            Send the text `{"type":"init","headers":{…}}` with the members `authToken`, `ownerToken`, `salt`, \
            `maxDownloads`, `expireSec`, `contentLength` and, where they apply, `fileCount`, `hasPassword`, \
            `passwordSalt`, `passwordAlgo`; wait for `{"type":"ready","id":…}`; send the ciphertext in binary messages \
            of at most 1 MiB; send `{"type":"finalize"}`; wait for `{"type":"done","id":…}`. Failures are \
            `{"type":"error","message":…}` and a close with 1002, 1003, 1008, 1009 or 1011.
            """,
        responses: [
            .init("101", ["description": "The connection is a WebSocket"]),
            SkySendParameters.problem(401, "A login is needed"),
            SkySendParameters.problem(404, "Switched off"),
            SkySendParameters.problem(426, "Not a WebSocket handshake"),
        ]
    )
}
