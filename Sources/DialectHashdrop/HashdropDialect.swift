package import CofferCore
package import CofferHTTP
import HTTPTypes
package import Hummingbird
import Logging
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

    /// - Throws: ``StorageError`` when the database does not give its keys.
    package init(_ settings: HashdropSettings, _ needs: ServerParts) async throws {
        let secrets = try await HashdropSecrets(
            settings.secrets,
            database: needs.database,
            random: needs.random
        )
        let tokens = AccessTokens(
            tokens: await AccessToken(secret: secrets.accessTokens, header: AccessTokens.header, clock: needs.clock),
            life: settings.accounts.accessTokenLife,
            database: needs.database
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
            HashdropUpkeep(files: files, bucket: place.bucket, work: needs.work("hashdrop files")),
            AccountUpkeep(accounts: accounts.store, work: needs.work("hashdrop accounts")),
        ]
        logger = needs.logger
    }

    private static func files(
        _ settings: FileSettings,
        _ needs: ServerParts,
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
        _ needs: ServerParts,
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
            database: needs.database,
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
