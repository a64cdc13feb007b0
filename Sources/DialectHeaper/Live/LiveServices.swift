import CofferCore
import CofferHTTP
import Logging

/// What live synchronization needs from the other parts.
struct LiveServices: Sendable {
    let callers: any CallerChecking
    let sessions: SessionEnds
    let places: any PlaceFinding
    let documents: any DocumentHosting
    let events: any HeapEventPassing
    let counters: RealtimeCounters
    let clock: any WallClock
    let logger: Logger
    var limits = LiveLimits()
    let broadcasts = SharedFrames()
}
