import CofferCore
import CofferHTTP

/// What files are made of, put together once.
struct FileParts: Sendable {
    let contents: ContentStore
    let finder: FileFinder
    let store: FileStore
    let upkeep: FileUpkeep

    init(
        _ settings: FileSettings,
        _ needs: ServerParts,
        _ documents: DocumentParts,
        originals: any OriginalFinding
    ) {
        let listing = FileListing(
            documents: documents.hub,
            events: documents.events,
            database: needs.database
        )
        contents = ContentStore(drops: needs.drops)
        finder = FileFinder(drops: needs.drops, originals: originals)
        store = FileStore(
            drops: needs.drops,
            parts: needs.uploads,
            blobs: needs.blobs,
            contents: contents,
            listing: listing,
            settings: settings,
            mediaTypes: needs.mediaTypes,
            stamps: documents.stamps,
            clock: needs.clock,
            random: needs.random
        )
        upkeep = FileUpkeep(contents: contents, listing: listing, work: needs.work("heaper files"))
    }
}

/// The routes of uploads and of the files themselves, in the reference's order.
struct FileRoutes {
    let all: [Route]

    init(_ parts: FileParts, places: any PlaceFinding, gates: HeaperGates) {
        let (files, finder) = (parts.store, parts.finder)
        let raw = gates.callerOrLink(RawFileRoute(finder: finder, mayDownload: true).handle)
        let stream = gates.callerOrLink(RawFileRoute(finder: finder, mayDownload: false).handle)
        let chunk = UploadChunkRoute(files: files, places: places)
        let uploadStatus = UploadStatusRoute(files: files, finder: finder, places: places)
        let fileStatus = FileStatusRoute(files: files, finder: finder, places: places)
        all = [
            .get("/api/file/{key}/raw/{slug}", use: raw),
            .head("/api/file/{key}/raw/{slug}", use: raw),
            .get("/api/stream/{key}/{slug}", use: stream),
            .head("/api/stream/{key}/{slug}", use: stream),
            .post(
                "/api/upload/file/{heap_id}/{block_id}",
                use: gates.caller(UploadFileRoute(files: files, places: places).handle)
            ),
            .post(
                "/api/upload/init/{heap_id}/{block_id}",
                use: gates.caller(UploadInitRoute(files: files, places: places).handle)
            ),
            .get("/api/upload/status/{heap_id}/{block_id}/{hash}", use: gates.caller(uploadStatus.handle)),
            .put("/api/upload/chunk/{heap_id}/{block_id}/{hash}/{index}", use: gates.caller(chunk.handle)),
            .post(
                "/api/upload/complete/{heap_id}/{block_id}/{hash}",
                use: gates.caller(UploadCompleteRoute(files: files, places: places).handle)
            ),
            .get("/api/status/file/{heap_id}/{block_id}/{hash}", use: gates.caller(fileStatus.handle)),
        ]
    }
}
