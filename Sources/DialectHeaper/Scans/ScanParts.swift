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

    var services: [any Service] { [runner, reindexer] }

    init(_ settings: ScanSettings, _ needs: ServerParts, _ documents: DocumentParts) {
        let (database, clock, random) = (needs.database, needs.clock, needs.random)
        store = ScanStore(database: database, stamps: documents.stamps, clock: clock, random: random)
        desk = ScanDesk(store: store, events: documents.events)
        folders = HeapFolders(settings, dataPath: needs.dataPath)
        originals = Originals(database: database, folders: folders)
        runner = ScanRunner(
            desk: desk,
            store: store,
            folders: folders,
            documents: documents.hub,
            events: documents.events,
            mediaTypes: needs.mediaTypes,
            work: needs.work("heaper scans"),
            logger: needs.logger
        )
        reindexer = Reindexer(
            store: store,
            originals: originals,
            documents: documents.hub,
            work: needs.work("heaper reindex")
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
