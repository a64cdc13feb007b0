package import Hummingbird
package import ServiceLifecycle

/// One HTTP API spoken on the shared port.
package protocol Dialect: Sendable {
    /// The word settings and `--dialects` use, for example `ravenzero`.
    var name: String { get }
    var routes: [Route] { get }
    /// Paths below which the dialect answers what no route of any dialect matches, in its own manner.
    var prefixes: [String] { get }
    var openAPI: OpenAPIDocument { get }
    /// What must run beside the routes, for example the renewal of keys.
    var services: [any Service] { get }

    /// Answers a request that belongs to this dialect; its own errors, headers and limits included.
    func respond(to request: Request, _ match: RouteMatch, context: CofferContext) async -> Response
}

extension Dialect {
    package var services: [any Service] { [] }
}

/// What the route tables say of a request.
package enum RouteMatch: Sendable {
    case route(Route)
    /// The path is known, the method is not; the methods that are.
    case otherMethod(allowed: [String])
    case noRoute
}
