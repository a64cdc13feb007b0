package import CofferCore
package import CofferHTTP
import HTTPTypes
package import Hummingbird
package import Logging
package import ServiceLifecycle

/// Hashdrop: accounts, uploads straight to an object store, and links with a daily limit.
package struct HashdropDialect: Dialect {
    package let name = "hashdrop"
    package let routes: [Route]
    package let prefixes = [
        "/api/healthz", "/api/user", "/api/token", "/api/files", "/api/cli", "/files", "/admin", "/hashdrop-files",
    ]
    package static let migrations =
        AccountTable.migrations + HashdropSecrets.migrations + FileTable.migrations
        + AccountStore.migrations

    private let logger: Logger
    package let services: [any Service]

    /// What this dialect needs from the server.
    package struct Dependencies: Sendable {
        package let drops: DropStore
        package let blobs: any BlobStore
        /// Where objects lie when clients talk to an object store directly; nil for the embedded one.
        package let bucket: (any ObjectBucket)?
        package let passwords: PasswordHasher
        package let mailer: any Mailer
        package let counters: any CounterStore
        package let clock: any WallClock
        package let random: any RandomSource
        package let logger: Logger

        package init(
            drops: DropStore,
            blobs: any BlobStore,
            bucket: (any ObjectBucket)?,
            passwords: PasswordHasher,
            mailer: any Mailer,
            counters: any CounterStore,
            clock: any WallClock,
            random: any RandomSource,
            logger: Logger
        ) {
            self.drops = drops
            self.blobs = blobs
            self.bucket = bucket
            self.passwords = passwords
            self.mailer = mailer
            self.counters = counters
            self.clock = clock
            self.random = random
            self.logger = logger
        }
    }

    /// - Throws: ``StorageError`` when the database does not give its keys.
    package init(_ settings: HashdropSettings, _ needs: Dependencies) async throws {
        let secrets = try await HashdropSecrets(
            settings.secrets,
            database: needs.drops.database,
            random: needs.random
        )
        let tokens = AccessTokens(
            tokens: await AccessToken(secret: secrets.accessTokens, header: AccessTokens.header, clock: needs.clock),
            life: settings.accounts.accessTokenLife,
            database: needs.drops.database
        )
        let gates = HashdropGates(
            settings.limits,
            bearer: BearerGuard(accounts: tokens),
            counters: needs.counters,
            clock: needs.clock
        )
        let files = Self.files(settings.files, needs, secrets)
        let place = Self.place(settings, needs, files, secrets)
        let accounts = AccountParts(
            settings.accounts,
            needs,
            secrets: secrets,
            accessTokens: tokens,
            files: files,
            objects: place.objects
        )
        try await accounts.store.withdrawUnsent()
        let accountRoutes = AccountRoutes(settings, accounts, gates: gates)
        routes =
            HashdropRoutes(settings, gates: gates, accounts: accountRoutes, files: files, objects: place.objects).all
            + place.routes
        services = [
            HashdropUpkeep(
                files: files,
                bucket: place.bucket,
                work: BackgroundWork("hashdrop files", clock: needs.clock, logger: needs.logger)
            ),
            AccountUpkeep(
                accounts: accounts.store,
                work: BackgroundWork("hashdrop accounts", clock: needs.clock, logger: needs.logger)
            ),
        ]
        logger = needs.logger
    }

    private static func files(
        _ settings: FileSettings,
        _ needs: Dependencies,
        _ secrets: HashdropSecrets
    ) -> FileStore {
        FileStore(
            drops: needs.drops,
            keys: ObjectKeys(salt: secrets.userIDSalt),
            settings: settings,
            usesBucket: needs.bucket != nil,
            clock: needs.clock,
            random: needs.random
        )
    }

    /// Where objects lie: in the bucket that the server was given, else with us; those that are with us can be fetched in
    /// either case.
    private static func place(
        _ settings: HashdropSettings,
        _ needs: Dependencies,
        _ files: FileStore,
        _ secrets: HashdropSecrets
    ) -> (objects: any ObjectPlace, routes: [Route], bucket: BucketObjects?) {
        let embedded = EmbeddedObjects(
            secret: secrets.objectURLs,
            settings: settings.files,
            drops: needs.drops,
            clock: needs.clock
        )
        let routes = ObjectRoutes(embedded, files: files, blobs: needs.blobs, logger: needs.logger).all
        guard let bucket = needs.bucket else { return (embedded, routes, nil) }
        let objects = BucketObjects(
            bucket: bucket,
            embedded: embedded,
            settings: settings.files,
            database: needs.drops.database,
            clock: needs.clock
        )
        return (objects, routes, objects)
    }

    package func respond(to request: Request, _ match: RouteMatch, context: CofferContext) async -> Response {
        var response: Response
        do {
            response = try await answer(request, match, context)
        } catch {
            let failure = HashdropError(error)
            if failure.isFault {
                logger.error("request failed", metadata: ["error": "\(error)", "request_id": "\(context.requestID)"])
            }
            response = failure.response
        }
        response.headers[.cacheControl] = "no-store"
        return response
    }

    private func answer(_ request: Request, _ match: RouteMatch, _ context: CofferContext) async throws -> Response {
        switch match {
        case .route(let route): return try await route.handler(request, context)
        case .otherMethod(let allowed): throw HashdropError.methodNotAllowed(allowed)
        case .noRoute: throw HashdropError.pageNotFound
        }
    }
}
