package import CofferCore
package import CofferHTTP
import HTTPTypes
package import Hummingbird
package import Logging

/// Raven Zero: a file dropped anonymously under three words, gone after some minutes or some downloads.
package struct RavenZeroDialect: Dialect {
    package let name = "ravenzero"
    package let routes: [Route]
    package let prefixes = ["/upload", "/preview", "/download", "/status", "/health"]
    package static let migrations = UploadStore.migrations

    private let cors: CORSPolicy
    private let formErrorStatus: Int
    private let redirect: SlashRedirect
    private let logger: Logger

    /// What this dialect needs from the server.
    package struct Dependencies: Sendable {
        package let drops: DropStore
        /// A store that seals what it keeps.
        package let blobs: any BlobStore
        package let mediaTypes: MediaTypeDetector
        package let counters: any CounterStore
        package let sweeper: Sweeper
        package let clock: any WallClock
        package let random: any RandomSource
        package let logger: Logger

        package init(
            drops: DropStore,
            blobs: any BlobStore,
            mediaTypes: MediaTypeDetector,
            counters: any CounterStore,
            sweeper: Sweeper,
            clock: any WallClock,
            random: any RandomSource,
            logger: Logger
        ) {
            self.drops = drops
            self.blobs = blobs
            self.mediaTypes = mediaTypes
            self.counters = counters
            self.sweeper = sweeper
            self.clock = clock
            self.random = random
            self.logger = logger
        }
    }

    /// - Throws: when the word list cannot be used.
    package init(_ settings: RavenZeroSettings, _ needs: Dependencies) throws {
        let words = try WordList(path: settings.wordListPath ?? WordList.bundledPath())
        let uploads = UploadStore(drops: needs.drops)
        let clock = needs.clock
        let guardian = KeyGuard(
            lockout: FailureLockout(
                .init(
                    maxFailures: settings.failuresBeforeBlock,
                    failureWindow: .seconds(600),
                    blockDuration: settings.blockDuration
                ),
                store: needs.counters,
                clock: clock
            )
        )
        let upload = UploadRoute(
            settings: settings,
            uploads: uploads,
            blobs: needs.blobs,
            mediaTypes: needs.mediaTypes,
            limiter: RateLimiter(settings.uploadLimit, store: needs.counters, clock: clock),
            words: words,
            clock: clock,
            random: needs.random
        )
        let health = HealthRoute(
            drops: needs.drops,
            blobs: needs.blobs,
            sweeper: needs.sweeper,
            words: words,
            limiter: RateLimiter(settings.healthLimit, store: needs.counters, clock: clock),
            clock: clock,
            startedAt: clock.now
        )
        let preview = PreviewRoute(uploads: uploads, guardian: guardian, clock: clock)
        let download = DownloadRoute(
            uploads: uploads,
            drops: needs.drops,
            guardian: guardian,
            integrity: BlobIntegrity(),
            clock: clock
        )
        let status = StatusRoute(uploads: uploads, guardian: guardian, clock: clock)
        routes = [
            .post("/upload/", use: upload.handle),
            .get("/preview/{key}", use: preview.handle),
            .get("/download/{key}", use: download.handle),
            .get("/status/{key}", use: status.handle),
            .get("/health/", use: health.handle),
        ]
        cors = CORSPolicy(origins: settings.corsOrigins)
        formErrorStatus = settings.formErrorStatus
        redirect = try SlashRedirect(routes)
        logger = needs.logger
    }

    package func respond(to request: Request, _ match: RouteMatch, context: CofferContext) async -> Response {
        if let preflight = cors.preflightResponse(to: request) {
            return decorated(preflight, for: request)
        }
        do {
            return decorated(try await answer(request, match, context: context), for: request)
        } catch {
            let failure = RavenZeroError(error)
            if [.internalFault, .storageUnavailable, .uploadFailed].contains(failure) {
                logger.error("request failed", metadata: ["error": "\(error)", "request_id": "\(context.requestID)"])
            }
            var response = Response(failure.status, json: failure.body, headers: failure.headers)
            if case .form = failure { response.status = .init(code: formErrorStatus) }
            return decorated(response, for: request)
        }
    }

    private func answer(_ request: Request, _ match: RouteMatch, context: CofferContext) async throws -> Response {
        switch match {
        case .route(let route): return try await route.handler(request, context)
        case .otherMethod(let allowed): throw RavenZeroError.wrongMethod(allowed: allowed.joined(separator: ", "))
        case .noRoute:
            guard let response = redirect.response(for: context) else { throw RavenZeroError.noRoute }
            return response
        }
    }

    private func decorated(_ response: Response, for request: Request) -> Response {
        var response = response
        SecurityHeaders.add(to: &response.headers)
        cors.addHeaders(to: &response.headers, for: request)
        return response
    }
}
