package import CofferCore
package import CofferHTTP
import HTTPTypes
package import Hummingbird
import Logging
package import ServiceLifecycle

/// SkySend: end-to-end encrypted files and notes, shared by a link that holds the key.
package struct SkySendDialect: Dialect {
    package let name = "skysend"
    package let routes: [Route]
    /// Where a final slash stands, the path itself is nobody's route, and older clients of others may ask for it.
    package let prefixes = [
        "/api/config", "/api/quota", "/api/upload", "/api/meta/", "/api/info/", "/api/exists/", "/api/download/",
        "/api/password/", "/api/note", "/auth",
    ]
    package static let migrations = FileStore.migrations + NoteStore.migrations + LoginSessions.migrations

    private let demands: [String: SkySendGates.Demands]
    private let gates: SkySendGates
    private let headers: SkySendHeaders
    private let clock: any WallClock
    private let logger: Logger
    package let services: [any Service]

    package init(_ settings: SkySendSettings, _ needs: ServerParts) async {
        let quota = ClientQuota(
            settings.files.quota,
            scope: "skysend",
            database: needs.database,
            clock: needs.clock,
            random: needs.random
        )
        var login: SkySendLogin?
        if let oidc = settings.oidc { login = await SkySendLogin(oidc, needs) }
        headers = SkySendHeaders(settings)
        gates = SkySendGates(
            settings,
            counters: needs.counters,
            quota: quota,
            login: login?.guardian,
            clock: needs.clock
        )
        let table =
            SkySendRoutes(settings, quota: quota, headers: headers, needs).all + (login?.routes ?? [])
        routes = table.map(\.route)
        demands = Dictionary(table.map { (Self.key(of: $0.route), $0.demands) }) { first, _ in first }
        services = [
            SkySendUpkeep(
                quota: quota,
                sessions: login?.sessions,
                provider: login?.provider,
                work: needs.work("skysend"),
                logger: needs.logger
            )
        ]
        clock = needs.clock
        logger = needs.logger
    }

    private static func key(of route: Route) -> String { "\(route.method.rawValue) \(route.template)" }

    package func respond(to request: Request, _ match: RouteMatch, context: CofferContext) async -> Response {
        var outcome: RateLimitOutcome?
        var response: Response
        if let preflight = headers.preflightResponse(to: request) {
            response = preflight
        } else {
            do {
                response = try await answer(request, match, context, &outcome)
            } catch {
                response = failure(error, context)
            }
        }
        headers.add(to: &response.headers, for: request, context: context)
        if let outcome { SkySendHeaders.add(outcome, to: &response.headers) }
        return response
    }

    private func answer(
        _ request: Request,
        _ match: RouteMatch,
        _ context: CofferContext,
        _ outcome: inout RateLimitOutcome?
    ) async throws -> Response {
        var route: Route?
        if case .route(let found) = match { route = found }
        let demands = route.flatMap { self.demands[Self.key(of: $0)] } ?? SkySendGates.Demands()
        outcome = await gates.limit(demands, context: context)
        if let seconds = outcome?.retryAfterSeconds { throw SkySendError.rateLimited(retryAfter: seconds) }
        try gates.requireService(context.path)
        guard let route else { throw SkySendError.notFound }
        try await gates.require(demands, of: request, context: context)
        return try await route.handler(request, context)
    }

    private func failure(_ error: any Error, _ context: CofferContext) -> Response {
        let failure = SkySendError(error, now: clock.now)
        if failure.isFault {
            logger.error("request failed", metadata: ["error": "\(error)", "request_id": "\(context.requestID)"])
        }
        return Response(failure.status, json: failure.body, headers: failure.headers)
    }
}
