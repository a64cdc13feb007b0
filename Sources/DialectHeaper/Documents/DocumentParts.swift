import CofferCore
import CofferHTTP
import Logging
import ServiceLifecycle

/// Everything about documents, put together.
struct DocumentParts: Sendable {
    let stamps: StampSource
    let events: HeapEvents
    let hub: DocumentHub
    let keeper: DocumentKeeper

    var services: [any Service] { [keeper] }

    init(_ settings: DocumentSettings, _ needs: ServerParts, counters: RealtimeCounters) {
        self.init(
            settings,
            database: needs.database,
            counters: counters,
            clock: needs.clock,
            random: needs.random,
            logger: needs.logger
        )
    }

    init(
        _ settings: DocumentSettings,
        database: any Database,
        counters: RealtimeCounters,
        clock: any WallClock,
        random: any RandomSource,
        logger: Logger,
        link: any NodeLink = SingleNode()
    ) {
        stamps = StampSource(clock: clock)
        events = HeapEvents(link: link)
        hub = DocumentHub(
            settings,
            OpenDocument.Surroundings(
                log: DocumentLog(database: database, stamps: stamps, random: random),
                events: events,
                link: link,
                clock: clock,
                random: random,
                counters: counters,
                logger: logger
            )
        )
        keeper = DocumentKeeper(
            hub: hub,
            work: BackgroundWork("heaper documents", clock: clock, logger: logger)
        )
    }
}
