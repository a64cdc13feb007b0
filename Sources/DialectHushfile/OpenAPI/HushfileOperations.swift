import CofferHTTP

/// Opening, filling and finishing an upload.
enum HushfileWritingOperations {
    static let all = [initiate, putMetadata, putChunk, finish, delete]

    private static let initiate = OpenAPIOperation(
        "post",
        "/api/file",
        id: "hushfileInitiate",
        tag: "Writing",
        summary: "Open an upload",
        description: "All fields are optional. `expire` beyond the server's retention is cut to it.",
        body: HushfileParameters.fields("HushfileInitiate", required: false),
        responses: [
            OpenAPI.json(200, "The upload is open", schema: "HushfileInitiated"),
            HushfileParameters.problem(400, "A field that cannot be meant"),
            HushfileParameters.problem(413, "The body is above 1 MiB"),
        ]
    )

    private static let putMetadata = OpenAPIOperation(
        "put",
        "/api/file/{id}/metadata",
        id: "hushfilePutMetadata",
        tag: "Writing",
        summary: "Store the encrypted metadata",
        description: "At most 64 KiB, stored byte for byte; a repeat replaces it.",
        parameters: [HushfileParameters.id, HushfileParameters.uploadPassword],
        body: HushfileParameters.bytes,
        responses: [
            OpenAPI.json(200, "Stored", schema: "HushfileMetadataStored"),
            HushfileParameters.problem(400, "Unknown or finished upload, multipart body, or more than 64 KiB"),
            HushfileParameters.problem(403, "Wrong upload password"),
        ]
    )

    private static let putChunk = OpenAPIOperation(
        "put",
        "/api/file/{id}/{index}",
        id: "hushfilePutChunk",
        tag: "Writing",
        summary: "Store one encrypted chunk",
        description: "In any order and in parallel; a repeat replaces the chunk.",
        parameters: [HushfileParameters.id, HushfileParameters.index, HushfileParameters.uploadPassword],
        body: HushfileParameters.bytes,
        responses: [
            OpenAPI.json(200, "Stored", schema: "HushfileChunkStored"),
            HushfileParameters.problem(400, "Unknown or finished upload, or a multipart body"),
            HushfileParameters.problem(403, "Wrong upload password"),
            HushfileParameters.problem(413, "The chunk or the file is too large"),
            HushfileParameters.problem(507, "The disk is full"),
        ]
    )

    private static let finish = OpenAPIOperation(
        "post",
        "/api/file/{id}/finishupload",
        id: "hushfileFinish",
        tag: "Writing",
        summary: "Finish the upload",
        description: "The file then consists of the listed chunks; others are discarded. The upload password ends.",
        parameters: [HushfileParameters.id],
        body: HushfileParameters.fields("HushfileFinish", required: true),
        responses: [
            OpenAPI.json(200, "Finished", schema: "HushfileFinished"),
            HushfileParameters.problem(400, "Unknown or finished upload, a bad list, or missing chunks"),
            HushfileParameters.problem(403, "Wrong upload password"),
        ]
    )

    private static let delete = OpenAPIOperation(
        "delete",
        "/api/file/{id}",
        id: "hushfileDelete",
        tag: "Writing",
        summary: "Delete the file",
        description: "The bytes are gone before the answer. A file opened without a delete password cannot be deleted.",
        parameters: [HushfileParameters.id, HushfileParameters.deletePassword],
        responses: [
            OpenAPI.json(200, "Deleted", schema: "HushfileDeleted"),
            HushfileParameters.problem(403, "Wrong delete password"),
            HushfileParameters.problem(404, "Unknown or gone"),
        ]
    )
}

/// Looking at files and fetching them.
enum HushfileReadingOperations {
    static let all = [exists, info, getMetadata, getChunk, serverInfo]

    private static let exists = OpenAPIOperation(
        "get",
        "/api/file/{id}/exists",
        id: "hushfileExists",
        tag: "Reading",
        summary: "Ask whether a finished file exists",
        description: "An upload that is not finished does not exist yet.",
        parameters: [HushfileParameters.id],
        responses: [
            OpenAPI.json(200, "It exists", schema: "HushfileExists"),
            HushfileParameters.problem(404, "Unknown, gone or unfinished"),
        ]
    )

    private static let info = OpenAPIOperation(
        "get",
        "/api/file/{id}/info",
        id: "hushfileInfo",
        tag: "Reading",
        summary: "Look at a file",
        description: "Works for unfinished uploads too.",
        parameters: [HushfileParameters.id],
        responses: [
            OpenAPI.json(200, "What is known of the file", schema: "HushfileInfo"),
            HushfileParameters.problem(404, "Unknown or gone"),
        ]
    )

    private static let getMetadata = OpenAPIOperation(
        "get",
        "/api/file/{id}/metadata",
        id: "hushfileGetMetadata",
        tag: "Reading",
        summary: "Fetch the encrypted metadata",
        description: "No bytes when none was stored.",
        parameters: [HushfileParameters.id],
        responses: [
            OpenAPI.binary(200, "The metadata"),
            HushfileParameters.problem(404, "Unknown or gone"),
            HushfileParameters.problem(412, "Not finished yet"),
        ]
    )

    private static let getChunk = OpenAPIOperation(
        "get",
        "/api/file/{id}/{index}",
        id: "hushfileGetChunk",
        tag: "Reading",
        summary: "Fetch one encrypted chunk",
        description: "With a limit, each chunk is served that often; a transfer that breaks off does not count.",
        parameters: [HushfileParameters.id, HushfileParameters.index],
        responses: [
            OpenAPI.binary(200, "The chunk"),
            HushfileParameters.problem(404, "Unknown or gone"),
            HushfileParameters.problem(412, "Not finished yet"),
            HushfileParameters.problem(416, "No such chunk, or used up"),
        ]
    )

    private static let serverInfo = OpenAPIOperation(
        "get",
        "/api/serverinfo",
        id: "hushfileServerInfo",
        tag: "Server",
        summary: "Limits of this server",
        description: "Clients choose their chunk size by it.",
        responses: [OpenAPI.json(200, "The limits", schema: "HushfileServerInfo")]
    )
}
