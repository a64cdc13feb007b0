package import CofferCore
package import CofferHTTP
import HTTPTypes
package import Hummingbird
import Logging

/// Hushfile: a file uploaded in encrypted chunks, shared by its id, deleted with a password.
package struct HushfileDialect: Dialect {
    package let name = "hushfile"
    package let routes: [Route]
    /// `/api` too: no other reference says what an unknown path below it answers, this one does.
    package let prefixes = ["/api/file", "/api/serverinfo", "/api"]
    package static let migrations = FileStore.migrations

    private let logger: Logger

    package init(_ settings: HushfileSettings, _ needs: ServerParts) {
        let files = FileStore(drops: needs.drops, clock: needs.clock, settings: settings)
        let initiate = InitiateRoute(
            files: files,
            passwords: needs.passwords,
            settings: settings,
            clock: needs.clock,
            random: needs.random
        )
        let putMetadata = PutMetadataRoute(files: files)
        let putChunk = PutChunkRoute(files: files, blobs: needs.blobs, settings: settings)
        let finish = FinishRoute(files: files)
        let exists = ExistsRoute(files: files)
        let info = InfoRoute(files: files, settings: settings)
        let getMetadata = GetMetadataRoute(files: files)
        let getChunk = GetChunkRoute(files: files, drops: needs.drops)
        let delete = DeleteRoute(files: files, passwords: needs.passwords)
        let serverInfo = ServerInfoRoute(settings: settings)
        routes = [
            .post("/api/file", use: initiate.handle),
            .put("/api/file/{id}/metadata", use: putMetadata.handle),
            .put("/api/file/{id}/{index}", use: putChunk.handle),
            .post("/api/file/{id}/finishupload", use: finish.handle),
            .get("/api/file/{id}/exists", use: exists.handle),
            .head("/api/file/{id}/exists", use: exists.handle),
            .get("/api/file/{id}/info", use: info.handle),
            .head("/api/file/{id}/info", use: info.handle),
            .get("/api/file/{id}/metadata", use: getMetadata.handle),
            .head("/api/file/{id}/metadata", use: getMetadata.handle),
            .get("/api/file/{id}/{index}", use: getChunk.handle),
            .head("/api/file/{id}/{index}", use: getChunk.describe),
            .delete("/api/file/{id}", use: delete.handle),
            .get("/api/serverinfo", use: serverInfo.handle),
            .head("/api/serverinfo", use: serverInfo.handle),
        ]
        logger = needs.logger
    }

    package func respond(to request: Request, _ match: RouteMatch, context: CofferContext) async -> Response {
        var response: Response
        do {
            // "The server answers all other requests with 400": wrong methods and unknown shapes alike.
            guard case .route(let route) = match else { throw HushfileError.badRequest }
            response = try await route.handler(request, context)
        } catch {
            let failure = HushfileError(error)
            if failure == .internalFault || failure == .storageUnavailable {
                logger.error("request failed", metadata: ["error": "\(error)", "request_id": "\(context.requestID)"])
            }
            response = Response(
                failure.status,
                json: failure.body(for: Self.file(in: context)),
                headers: failure.headers
            )
        }
        response.headers[.cacheControl] = "no-store"
        return response
    }

    /// What stands as `fileid` in an error: the segment after `/api/file/`, else the query's `fileid`, else nothing.
    private static func file(in context: CofferContext) -> String {
        let segments = context.path.segments
        if segments.count > 2, segments[0] == "api", segments[1] == "file" { return segments[2] }
        return context.path.query.flatMap { FormURLEncoded($0).first("fileid") } ?? ""
    }
}
