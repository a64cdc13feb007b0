import CofferHTTP

/// Live synchronization.
enum HeaperLiveOperations {
    private static let sync = OpenAPIGroup("Sync")
    private static let callerOrLink = OpenAPIGroup(
        "Scans",
        security: HeaperPieces.needsToken,
        otherSecurity: HeaperPieces.orLinkToken
    )

    static let all = [
        socket("/ws", id: "heaperSocket", parameters: []),
        socket("/ws/", id: "heaperSocketSlash", parameters: []),
        socket("/ws/{name}", id: "heaperSocketNamed", parameters: [name]),
        socket("/ws/{name}/{block}", id: "heaperSocketNamedBlock", parameters: [name, block]),
        scans,
    ]

    private static let name = OpenAPI.path("name", "Not looked at; providers append a document's name to their URL")
    private static let block = OpenAPI.path("block", "Not looked at")
    private static let query = [
        OpenAPI.query(
            "token",
            "The access token of logins that send an empty one",
            required: false,
            schema: HeaperPieces.text
        ),
        OpenAPI.query("workspaceId", "The heap of names that say none", required: false, schema: HeaperPieces.id),
    ]

    private static func socket(_ path: String, id: String, parameters: [JSONValue]) -> OpenAPIOperation {
        sync.get(path, id: id, "Live synchronization over a WebSocket")
            .explained(
                """
                Binary messages as Hocuspocus frames them: name, type, payload. Names are `{workspace}:{block}`, \
                `{workspace}:{block}:v{n}`, `block/{block}`, or `workspace/{id}` for the events of a heap; a zero byte and a \
                session may follow. Each name is logged in to with an access token (type 2). Every update is \
                acknowledged by one SyncStatus (type 8) once it is durable, or refused by it. The socket is closed \
                with 4401 for an unreadable message and when all its logins have ended, 4205 for a broken login, for \
                too much before a login and for not reading, 4408 without a login or sign of life, 1009 for a message \
                above 16 MiB.
                """
            )
            .taking(parameters + query)
            .answering(.init("101", ["description": "The connection is a WebSocket"]))
            .failing([426: "Not a WebSocket handshake"])
    }

    private static let scans = callerOrLink.get(
        "/api/ws",
        id: "heaperScanSocket",
        "States of folder scans over a WebSocket"
    )
    .explained(
        """
        Deprecated: `workspace/{id}` on `/ws` tells them, too. Text messages, each a scan with `"type": "scan_update"`: \
        those that are active when the connection opens, and every change. What clients send is ignored.
        """
    )
    .answering(
        .init("101", ["description": "The connection is a WebSocket"]),
        HeaperPieces.noToken,
        HeaperPieces.notApproved
    )
    .failing([426: "Not a WebSocket handshake"])
}
