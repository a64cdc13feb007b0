import CofferCore
import CofferHTTP
import ServiceLifecycle

/// Everything about heaps and blocks, put together.
struct HeapParts: Sendable {
    let places: PlaceStore
    let heaps: HeapStore
    let blocks: BlockStore
    let life: BlockLife
    let upkeep: HeapUpkeep

    var services: [any Service] { [upkeep] }

    init(_ settings: HeapSettings, _ needs: ServerParts, documents: DocumentParts) {
        let database = needs.database
        places = PlaceStore(database: database)
        heaps = HeapStore(database: database, stamps: documents.stamps, clock: needs.clock, random: needs.random)
        blocks = BlockStore(database: database, stamps: documents.stamps, clock: needs.clock)
        let contents = ContentStore(drops: needs.drops)
        life = BlockLife(
            blocks: blocks,
            places: places,
            documents: documents.hub,
            events: documents.events,
            contents: contents,
            clock: needs.clock,
            random: needs.random
        )
        upkeep = HeapUpkeep(
            heaps: heaps,
            blocks: blocks,
            contents: contents,
            settings: settings,
            work: needs.work("heaper heaps"),
            logger: needs.logger
        )
    }
}
