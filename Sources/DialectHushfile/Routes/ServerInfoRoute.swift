import CofferHTTP
import Hummingbird

/// `GET /api/serverinfo`: the limits of this server.
///
/// - Auth: none.
/// - 200: `server_operator_email`, `max_retention_hours`, `max_chunksize_bytes`, `max_filesize_bytes`.
/// - Source: Hushfile Server API, "GET /api/serverinfo".
struct ServerInfoRoute {
    let settings: HushfileSettings

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        Response(
            .ok,
            json: [
                "server_operator_email": .string(settings.operatorEmail),
                "max_retention_hours": .integer(settings.maxRetentionHours),
                "max_chunksize_bytes": .integer(settings.maxChunkBytes),
                "max_filesize_bytes": .integer(settings.maxFileBytes),
            ]
        )
    }
}
