import CofferCore
import CofferHTTP
import Hummingbird

/// `GET /api/exists/{id}`: whether an upload can be downloaded; the one answer whose failures have no `error`.
///
/// - Auth: none.
/// - 200: `exists` true. 404: `exists` false. 410: `exists` false and `reason`, `expired` before `limit_reached`.
/// - Source: SkySend API reference, "GET /api/exists/:id"; contract, section 7.
struct ExistsRoute {
    let files: FileStore

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        guard let file = try await files.find(context.parameters["id"]) else {
            return Response(.notFound, json: ["exists": false])
        }
        if file.drop.isExpired(at: files.clock.now) { return Self.gone("expired") }
        if file.isUsedUp { return Self.gone("limit_reached") }
        return Response(.ok, json: ["exists": true])
    }

    private static func gone(_ reason: String) -> Response {
        Response(.gone, json: ["exists": false, "reason": .string(reason)])
    }
}
