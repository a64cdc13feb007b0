package import CofferCore
package import CofferHTTP
import Hummingbird
import HummingbirdCore
package import Logging
import NIOCore
import NIOPosix
package import ServiceLifecycle

/// The whole server: settings turned into stores, dialects and services.
///
/// The command and the tests make the same one; tests hand in a clock and settings of their own and port 0.
package struct CofferApplication: Sendable {
    /// What must run, in the order of starting; a `ServiceGroup` stops them in reverse.
    package let services: [any Service]
    private let stores: Stores
    private let address: PortPromise

    /// Opens the data directory, brings the schema up to date and repairs what an earlier process left behind.
    ///
    /// `limits`: of every connection.
    ///
    /// - Throws: ``DataDirectory/Failure``, ``RouteTree/Collision``, ``StorageError``.
    package init(
        _ settings: Settings,
        clock: any WallClock,
        random: any RandomSource,
        logger: Logger,
        limits: CofferChannel.Limits = .init()
    ) async throws {
        stores = try Stores(settings, clock: clock, random: random, logger: logger)
        try await stores.database.migrate(DialectMaker.migrations)
        try await stores.checkBucket(logger)
        try await stores.sweeper.recover()
        let dialects = try await DialectMaker(settings, stores, clock: clock, random: random, logger: logger).dialects()
        let assets = DocumentationAssets(path: settings.docsAssetsPath)
        let mux = try DialectMux(
            dialects: dialects,
            hosts: settings.hosts,
            house: { try HouseDialect(showing: $0, assets: assets) },
            sites: SiteResolver(baseURL: settings.baseURL, proxies: settings.trustedProxies),
            random: random,
            logger: logger
        )
        let address = PortPromise()
        self.address = address
        let application = Application(
            responder: mux,
            server: HTTPServerBuilder { CofferChannel(responder: $0, limits: limits) },
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port),
                backlog: 1024
            ),
            onServerRunning: { address.fulfil($0.localAddress?.port ?? settings.port) },
            logger: Self.quiet(logger)
        )
        let listening = ListeningService(application, address: address, place: "\(settings.host):\(settings.port)")
        services = stores.services + dialects.flatMap(\.services) + [listening]
    }

    /// The port the server listens on, once it does.
    ///
    /// - Throws: the error that kept it from listening.
    package var port: Int {
        get async throws { try await address.value }
    }

    /// Removes everything that is due now, without waiting for the sweeper's own timer.
    package func sweep() async throws {
        try await stores.sweeper.sweep()
    }

    /// How many downloads broke off and may still be continued.
    package var interruptedDownloads: Int { stores.drops.interruptedCount }

    /// Closes database and threads; call it when the services have ended.
    package func close() async throws {
        try await stores.close()
    }

    /// The framework's own start and stop lines are of no use to an operator; its errors are.
    private static func quiet(_ logger: Logger) -> Logger {
        var logger = logger
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }
}
