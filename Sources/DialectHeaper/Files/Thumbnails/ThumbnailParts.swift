import CofferCore
import CofferHTTP
import CofferMedia
import Logging
import ServiceLifecycle

/// What making thumbnails may cost.
struct ThumbnailSettings: Sendable {
    var limits = MediaLimits()
    /// An original of at most so many bytes serves as its own animated thumbnail.
    var originalBytes: Int64 = 5 << 20
    var uploadBytes: Int

    init(_ settings: SettingsGroup) throws {
        limits.concurrency = try settings.integer("thumbnail_jobs", default: 2, in: 1...64)
        limits.cpuSeconds = try settings.integer("thumbnail_seconds", default: 20, in: 1...600)
        // On a busy machine a run does not get the whole of a processor.
        limits.wallTime = .seconds(3 * limits.cpuSeconds)
        limits.memoryBytes = try settings.integer("thumbnail_memory_bytes", default: 1 << 30, in: 64 << 20...64 << 30)
        limits.maxPixels = Int64(
            try settings.integer("thumbnail_max_pixels", default: 100_000_000, in: 1...10_000_000_000)
        )
        uploadBytes = try settings.integer("thumbnail_upload_bytes", default: 5 << 20, in: 1024...1 << 30)
    }
}

/// What thumbnails, and looks into pictures and films, are made of, put together once.
struct ThumbnailParts: Sendable {
    let settings: ThumbnailSettings
    let media: Media
    let store: ThumbnailStore
    let maker: ThumbnailMaker
    let services: [any Service]

    /// - Throws: ``StorageError`` when the working folder cannot be made.
    init(
        _ settings: ThumbnailSettings,
        _ needs: ServerParts,
        _ documents: DocumentParts,
        finder: FileFinder
    ) throws {
        self.settings = settings
        do {
            media = try Media(folder: "\(needs.dataPath)/media", limits: settings.limits)
        } catch MediaFailure.system(let number) {
            throw StorageError(errno: number, doing: "make the folder for thumbnails")
        }
        store = ThumbnailStore(drops: needs.drops, blobs: needs.blobs, clock: needs.clock, random: needs.random)
        maker = ThumbnailMaker(media: media, finder: finder, store: store, clock: needs.clock, logger: needs.logger)
        let prober = FileProber(
            finder: finder,
            media: media,
            stamps: documents.stamps,
            events: documents.events,
            work: needs.work("heaper media facts")
        )
        services = [prober, maker.jobs, ThumbnailUpkeep(store: store, work: needs.work("heaper thumbnails"))]
    }
}

/// Removes thumbnails whose files are gone without anybody's notice.
struct ThumbnailUpkeep: Service {
    private static let interval: Duration = .seconds(3600)

    let store: ThumbnailStore
    let work: BackgroundWork

    func run() async throws {
        await work.repeat(every: Self.interval) { try await store.removeOrphans() }
    }
}

/// The routes of thumbnails, in the reference's order.
struct ThumbnailRoutes {
    let all: [Route]

    init(_ parts: ThumbnailParts, finder: FileFinder, places: any PlaceFinding, gates: HeaperGates) {
        let viewer = ThumbnailViewer(finder: finder, store: parts.store, maker: parts.maker)
        let image = gates.callerOrLink(ImageThumbnailRoute(viewer: viewer).handle)
        let video = gates.callerOrLink(VideoThumbnailRoute(viewer: viewer).handle)
        let animated = gates.callerOrLink(
            AnimatedThumbnailRoute(viewer: viewer, originalBytes: parts.settings.originalBytes).handle
        )
        let upload = UploadThumbnailRoute(parts: parts, places: places)
        let download = gates.callerOrLink(DownloadThumbnailRoute(finder: finder, store: parts.store).handle)
        let downloadPath = "/api/download/thumbnail/{block_id}/{file_hash}/{thumbnail_type}/{thumbnail_size}"
        all = [
            .get("/api/file/{key}/thumbnail/{size}/{slug}", use: image),
            .head("/api/file/{key}/thumbnail/{size}/{slug}", use: image),
            .get("/api/file/{key}/video_thumbnail/{size}/{position}", use: video),
            .head("/api/file/{key}/video_thumbnail/{size}/{position}", use: video),
            .get("/api/file/{key}/animated_thumbnail/{size}/{slug}", use: animated),
            .head("/api/file/{key}/animated_thumbnail/{size}/{slug}", use: animated),
            .post(
                "/api/upload/thumbnail/{block_id}/{file_hash}/{thumbnail_key}",
                use: gates.caller(upload.handle)
            ),
            .get(downloadPath, use: download),
            .head(downloadPath, use: download),
        ]
    }
}

/// The route that does both anew.
struct RegenerateRoutes {
    let all: [Route]

    init(
        _ parts: ThumbnailParts,
        _ documents: DocumentParts,
        _ needs: ServerParts,
        finder: FileFinder,
        places: any PlaceFinding,
        gates: HeaperGates
    ) {
        let regenerate = RegenerateFileRoute(
            places: places,
            finder: finder,
            media: parts.media,
            thumbnails: parts.maker,
            mediaTypes: needs.mediaTypes,
            documents: documents.hub,
            stamps: documents.stamps
        )
        all = [.post("/api/regenerate_file", use: gates.caller(regenerate.handle))]
    }
}
