package import CofferCore
package import CofferHTTP
import HTTPTypes
package import Hummingbird
import Logging
package import ServiceLifecycle

/// Heaper: heaps of blocks, each with a Yjs document, files and thumbnails, for accounts that are key pairs.
package struct HeaperDialect: Dialect {
    package let name = "heaper"
    package let routes: [Route]
    package let prefixes = [
        "/ws", "/sync", "/api/auth", "/api/me", "/api/admin", "/api/sync", "/api/heap", "/api/heaps", "/api/heap_count",
        "/api/workspaces", "/api/block", "/api/block_updates", "/api/trash", "/api/stream", "/api/status", "/api/ws",
        "/api/insert_block", "/api/update_block", "/api/delete_block", "/api/scan_folder", "/api/abort_scan",
        "/api/active_scans", "/api/reindex_files", "/api/regenerate_file",
    ]
    package static let migrations =
        UserTable.migrations + HeapTable.migrations + DocumentTable.migrations + FileTable.migrations
        + ScanTable.migrations + ThumbnailTable.migrations

    private static let cors = MirroredCORS(exposing: [
        "ETag", "Content-Range", "Accept-Ranges", "Content-Length", "Content-Disposition", "Retry-After",
    ])

    private let logger: Logger
    package let services: [any Service]

    /// - Throws: ``StorageError`` when the database does not give its keys.
    package init(_ settings: HeaperSettings, _ needs: ServerParts) async throws {
        // Live synchronization and documents count into it.
        let counters = RealtimeCounters(clock: needs.clock)
        let identity = try await IdentityParts(settings.identity, needs)
        let gates = HeaperGates(callers: identity.sessions)
        let documents = DocumentParts(settings.documents, needs, counters: counters)
        let heaps = HeapParts(settings.heaps, needs, documents: documents)
        let places = heaps.places
        let scans = ScanParts(settings.scans, needs, documents)
        let files = FileParts(settings.files, needs, documents, originals: scans.originals)
        let thumbnails = try ThumbnailParts(settings.thumbnails, needs, documents, finder: files.finder)
        let live = LiveServices(
            callers: identity.sessions,
            sessions: identity.sessionEnds,
            places: places,
            documents: documents.hub,
            events: documents.events,
            counters: counters,
            clock: needs.clock,
            logger: needs.logger
        )
        let known = KnownScans(heaps: heaps.heaps, active: { [desk = scans.desk] user in desk.activeScans(of: user) })
        routes =
            IdentityRoutes(identity, gates: gates, counters: counters, limits: settings.files, needs).all
            + LiveRoutes(settings.live, live, scans: known, gates: gates).all
            + HeapRoutes(heaps, gates: gates).all
            + FileRoutes(files, places: places, gates: gates).all
            + ThumbnailRoutes(thumbnails, finder: files.finder, places: places, gates: gates).all
            + ScanRoutes(scans, places: places, gates: gates).all
            + RegenerateRoutes(thumbnails, documents, needs, finder: files.finder, places: places, gates: gates).all
        services =
            documents.services + heaps.services + [files.upkeep] + thumbnails.services + scans.services
        logger = needs.logger
    }

    package func respond(to request: Request, _ match: RouteMatch, context: CofferContext) async -> Response {
        var response: Response
        if let options = Self.cors.optionsResponse(to: request) {
            response = options
        } else {
            response = await answerOrFailure(request, match, context)
        }
        Self.cors.addHeaders(to: &response.headers, for: request)
        return response
    }

    private func answerOrFailure(_ request: Request, _ match: RouteMatch, _ context: CofferContext) async -> Response {
        do {
            return try await answer(request, match, context)
        } catch {
            let failure = HeaperError(error)
            if failure.isFault {
                logger.error("request failed", metadata: ["error": "\(error)", "request_id": "\(context.requestID)"])
            }
            return failure.response
        }
    }

    private func answer(_ request: Request, _ match: RouteMatch, _ context: CofferContext) async throws -> Response {
        switch match {
        case .route(let route): return try await route.handler(request, context)
        case .otherMethod(let allowed): throw HeaperError.methodNotAllowed(allowed)
        case .noRoute: throw HeaperError.pageNotFound
        }
    }
}
