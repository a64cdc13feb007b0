package import CofferCore
package import CofferHTTP
import HTTPTypes
package import Hummingbird
import Logging

/// Raven Zero: a file dropped anonymously under three words, gone after some minutes or some downloads.
package struct RavenZeroDialect: Dialect {
    package let name = "ravenzero"
    package let routes: [Route]
    package let prefixes = ["/upload", "/preview", "/download", "/status", "/health"]
    package static let migrations = UploadStore.migrations

    private let cors: CORSPolicy
    private let formErrorStatus: Int
    private let redirect: SlashRedirect
    private let logger: Logger

    /// - Throws: when the word list cannot be used.
    package init(_ settings: RavenZeroSettings, _ needs: ServerParts) throws {
        routes = try RavenZeroRoutes(settings, needs).all
        cors = CORSPolicy(origins: settings.corsOrigins)
        formErrorStatus = settings.formErrorStatus
        redirect = try SlashRedirect(routes)
        logger = needs.logger
    }

    package func respond(to request: Request, _ match: RouteMatch, context: CofferContext) async -> Response {
        if let preflight = cors.preflightResponse(to: request) {
            return decorated(preflight, for: request)
        }
        do {
            return decorated(try await answer(request, match, context: context), for: request)
        } catch {
            let failure = RavenZeroError(error)
            if [.internalFault, .storageUnavailable, .uploadFailed].contains(failure) {
                logger.error("request failed", metadata: ["error": "\(error)", "request_id": "\(context.requestID)"])
            }
            var response = Response(failure.status, json: failure.body, headers: failure.headers)
            if case .form = failure { response.status = .init(code: formErrorStatus) }
            return decorated(response, for: request)
        }
    }

    private func answer(_ request: Request, _ match: RouteMatch, context: CofferContext) async throws -> Response {
        switch match {
        case .route(let route): return try await route.handler(request, context)
        case .otherMethod(let allowed): throw RavenZeroError.wrongMethod(allowed: allowed.joined(separator: ", "))
        case .noRoute:
            guard let response = redirect.response(for: context) else { throw RavenZeroError.noRoute }
            return response
        }
    }

    private func decorated(_ response: Response, for request: Request) -> Response {
        var response = response
        SecurityHeaders.add(to: &response.headers)
        cors.addHeaders(to: &response.headers, for: request)
        return response
    }
}
