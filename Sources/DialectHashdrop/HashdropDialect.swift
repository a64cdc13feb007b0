package import CofferCore
package import CofferHTTP
import HTTPTypes
package import Hummingbird
package import Logging

/// Hashdrop: accounts, uploads straight to an object store, and links with a daily limit.
package struct HashdropDialect: Dialect {
    package let name = "hashdrop"
    package let routes: [Route]
    package let prefixes = [
        "/api/healthz", "/api/user", "/api/token", "/api/files", "/api/cli", "/files", "/admin", "/hashdrop-files",
    ]
    package static let migrations = AccountTable.migrations + HashdropSecrets.migrations

    private let logger: Logger

    /// What this dialect needs from the server.
    package struct Dependencies: Sendable {
        package let drops: DropStore
        package let blobs: any BlobStore
        /// Where objects lie when clients talk to an object store directly; nil for the embedded one.
        package let bucket: (any ObjectBucket)?
        package let passwords: PasswordHasher
        package let counters: any CounterStore
        package let clock: any WallClock
        package let random: any RandomSource
        package let logger: Logger

        package init(
            drops: DropStore,
            blobs: any BlobStore,
            bucket: (any ObjectBucket)?,
            passwords: PasswordHasher,
            counters: any CounterStore,
            clock: any WallClock,
            random: any RandomSource,
            logger: Logger
        ) {
            self.drops = drops
            self.blobs = blobs
            self.bucket = bucket
            self.passwords = passwords
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
            tokens: await AccessToken(secret: secrets.accessTokens, clock: needs.clock),
            life: settings.accounts.accessTokenLife,
            database: needs.drops.database
        )
        let gates = HashdropGates(
            settings.limits,
            bearer: BearerGuard(accounts: tokens),
            counters: needs.counters,
            clock: needs.clock
        )
        routes = HashdropRoutes(settings, gates: gates).all
        logger = needs.logger
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
