import CofferCore
import CofferHTTP

/// The route table, in the reference's order.
struct RavenZeroRoutes {
    let all: [Route]

    /// - Throws: when the word list cannot be used.
    init(_ settings: RavenZeroSettings, _ needs: ServerParts) throws {
        let words = try settings.wordListPath.map { try WordList(path: $0) } ?? WordList.bundled
        let uploads = UploadStore(drops: needs.drops)
        let guardian = Self.guardian(settings, needs)
        let clock = needs.clock
        let upload = UploadRoute(
            settings: settings,
            uploads: uploads,
            blobs: needs.sealedBlobs,
            mediaTypes: needs.mediaTypes,
            limiter: RateLimiter(settings.uploadLimit, store: needs.counters, clock: clock),
            words: words,
            clock: clock,
            random: needs.random
        )
        let health = HealthRoute(
            drops: needs.drops,
            blobs: needs.sealedBlobs,
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
        all = [
            .post("/upload/", use: upload.handle),
            .get("/preview/{key}", use: preview.handle),
            .get("/download/{key}", use: download.handle),
            .get("/status/{key}", use: status.handle),
            .get("/health/", use: health.handle),
        ]
    }

    private static func guardian(_ settings: RavenZeroSettings, _ needs: ServerParts) -> KeyGuard {
        KeyGuard(
            lockout: FailureLockout(
                .init(
                    maxFailures: settings.failuresBeforeBlock,
                    failureWindow: .seconds(600),
                    blockDuration: settings.blockDuration
                ),
                store: needs.counters,
                clock: needs.clock
            )
        )
    }
}
