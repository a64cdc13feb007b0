import CofferHTTP

/// Opening, filling and finishing an upload.
enum HushfileWritingOperations {
    private static let writing = OpenAPIGroup("Writing")

    static let all = [initiate, putMetadata, putChunk, finish, delete]

    private static let initiate = writing.post("/api/file", id: "hushfileInitiate", "Open an upload")
        .explained("All fields are optional. `expire` beyond the server's retention is cut to it.")
        .sending(HushfileParameters.fields("HushfileInitiate", required: false))
        .answering(200, "The upload is open", "HushfileInitiated")
        .failing([400: "A field that cannot be meant", 413: "The body is above 1 MiB"])

    private static let putMetadata = writing.put(
        "/api/file/{id}/metadata",
        id: "hushfilePutMetadata",
        "Store the encrypted metadata"
    )
    .explained("At most 64 KiB, stored byte for byte; a repeat replaces it.")
    .taking(HushfileParameters.id, HushfileParameters.uploadPassword)
    .sending(OpenAPI.bytes)
    .answering(200, "Stored", "HushfileMetadataStored")
    .failing([400: "Unknown or finished upload, multipart body, or more than 64 KiB", 403: "Wrong upload password"])

    private static let putChunk = writing.put(
        "/api/file/{id}/{index}",
        id: "hushfilePutChunk",
        "Store one encrypted chunk"
    )
    .explained("In any order and in parallel; a repeat replaces the chunk.")
    .taking(HushfileParameters.id, HushfileParameters.index, HushfileParameters.uploadPassword)
    .sending(OpenAPI.bytes)
    .answering(200, "Stored", "HushfileChunkStored")
    .failing([
        400: "Unknown or finished upload, or a multipart body", 403: "Wrong upload password",
        413: "The chunk or the file is too large", 507: "The disk is full",
    ])

    private static let finish = writing.post("/api/file/{id}/finishupload", id: "hushfileFinish", "Finish the upload")
        .explained("The file then consists of the listed chunks; others are discarded. The upload password ends.")
        .taking(HushfileParameters.id)
        .sending(HushfileParameters.fields("HushfileFinish", required: true))
        .answering(200, "Finished", "HushfileFinished")
        .failing([400: "Unknown or finished upload, a bad list, or missing chunks", 403: "Wrong upload password"])

    private static let delete = writing.delete("/api/file/{id}", id: "hushfileDelete", "Delete the file")
        .explained("The bytes are gone before the answer. A file opened without a delete password cannot be deleted.")
        .taking(HushfileParameters.id, HushfileParameters.deletePassword)
        .answering(200, "Deleted", "HushfileDeleted")
        .failing([403: "Wrong delete password", 404: "Unknown or gone"])
}

/// Looking at files and fetching them.
enum HushfileReadingOperations {
    private static let reading = OpenAPIGroup("Reading")
    private static let server = OpenAPIGroup("Server")

    static let all = [exists, info, getMetadata, getChunk, serverInfo]

    private static let exists = reading.get(
        "/api/file/{id}/exists",
        id: "hushfileExists",
        "Ask whether a finished file exists"
    )
    .explained("An upload that is not finished does not exist yet.")
    .taking(HushfileParameters.id)
    .answering(200, "It exists", "HushfileExists")
    .failing([404: "Unknown, gone or unfinished"])

    private static let info = reading.get("/api/file/{id}/info", id: "hushfileInfo", "Look at a file")
        .explained("Works for unfinished uploads too.")
        .taking(HushfileParameters.id)
        .answering(200, "What is known of the file", "HushfileInfo")
        .failing([404: "Unknown or gone"])

    private static let getMetadata = reading.get(
        "/api/file/{id}/metadata",
        id: "hushfileGetMetadata",
        "Fetch the encrypted metadata"
    )
    .explained("No bytes when none was stored.")
    .taking(HushfileParameters.id)
    .answering(OpenAPI.binary(200, "The metadata"))
    .failing([404: "Unknown or gone", 412: "Not finished yet"])

    private static let getChunk = reading.get(
        "/api/file/{id}/{index}",
        id: "hushfileGetChunk",
        "Fetch one encrypted chunk"
    )
    .explained("With a limit, each chunk is served that often; a transfer that breaks off does not count.")
    .taking(HushfileParameters.id, HushfileParameters.index)
    .answering(OpenAPI.binary(200, "The chunk"))
    .failing([404: "Unknown or gone", 412: "Not finished yet", 416: "No such chunk, or used up"])

    private static let serverInfo = server.get("/api/serverinfo", id: "hushfileServerInfo", "Limits of this server")
        .explained("Clients choose their chunk size by it.")
        .answering(200, "The limits", "HushfileServerInfo")
}
