import CofferCore
import CofferHTTP
import ServiceLifecycle

/// What scans are made of, put together once.
struct ScanParts: Sendable {
    let store: ScanStore
    let desk: ScanDesk
    let folders: HeapFolders
    let runner: ScanRunner
    let reindexer: Reindexer
    let originals: Originals

    /// What other areas give.
    struct Neighbours: Sendable {
        let documents: any DocumentHosting
        let events: any HeapEventPassing
        let stamps: StampSource
    }

    var services: [any Service] { [runner, reindexer] }

    init(_ settings: ScanSettings, _ needs: HeaperDialect.Dependencies, _ neighbours: Neighbours) {
        let (database, clock, random) = (needs.drops.database, needs.clock, needs.random)
        store = ScanStore(database: database, stamps: neighbours.stamps, clock: clock, random: random)
        desk = ScanDesk(store: store, events: neighbours.events)
        folders = HeapFolders(settings, dataPath: needs.dataPath)
        originals = Originals(database: database, folders: folders)
        runner = ScanRunner(
            desk: desk,
            store: store,
            folders: folders,
            documents: neighbours.documents,
            events: neighbours.events,
            mediaTypes: MediaTypeDetector(),
            work: BackgroundWork("heaper scans", clock: clock, logger: needs.logger),
            logger: needs.logger
        )
        reindexer = Reindexer(
            store: store,
            originals: originals,
            documents: neighbours.documents,
            work: BackgroundWork("heaper reindex", clock: clock, logger: needs.logger)
        )
    }
}

/// The routes of scans and of the jobs beside them, in the reference's order.
struct ScanRoutes {
    let all: [Route]

    init(_ parts: ScanParts, places: any PlaceFinding, gates: HeaperGates) {
        let scan = ScanFolderRoute(places: places, folders: parts.folders, desk: parts.desk)
        let abort = AbortScanRoute(places: places, store: parts.store, desk: parts.desk)
        let active = gates.caller(ActiveScansRoute(scans: parts.desk).handle)
        let reindex = ReindexFilesRoute(places: places, reindexer: parts.reindexer)
        all = [
            .post("/api/scan_folder", use: gates.caller(scan.handle)),
            .post("/api/abort_scan", use: gates.caller(abort.handle)),
            .get("/api/active_scans", use: active),
            .post("/api/active_scans", use: active),
            .post("/api/reindex_files", use: gates.caller(reindex.handle)),
        ]
    }
}
