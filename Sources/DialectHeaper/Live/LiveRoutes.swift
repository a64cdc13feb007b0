import CofferCore
import CofferHTTP

/// The routes of live synchronization.
struct LiveRoutes {
    let socket: LiveSocketRoute
    let scans: ScanSocketRoute

    init(_ settings: LiveSettings, _ services: LiveServices, scans: any ScanListing, gates: HeaperGates) {
        var services = services
        services.limits = settings.limits
        socket = LiveSocketRoute(
            services: services,
            limits: settings.socketLimits(maxMessageBytes: services.limits.maxFrameBytes)
        )
        self.scans = ScanSocketRoute(
            sockets: ScanSockets(services, scans: scans),
            // What clients say is not looked at.
            limits: settings.socketLimits(maxMessageBytes: 64 << 10),
            gates: gates
        )
    }

    /// Proxies in front of the original forward everything below `/ws`; providers append a document's name to their URL.
    var all: [Route] {
        ["/ws", "/ws/", "/ws/{name}", "/ws/{name}/{block}"].map { .get($0, use: socket.handle) } + [
            .get("/api/ws", use: scans.handle)
        ]
    }
}
