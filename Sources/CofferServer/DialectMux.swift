package import CofferCore
package import CofferHTTP
import HTTPTypes
package import Hummingbird
package import Logging
import NIOCore

/// Picks, for each request, the dialect and the route that answer it.
///
/// One lookup serves all dialects. A host name that is given to a dialect has a lookup of its own, in which that
/// dialect owns every path; so does the only dialect that is served at all.
package struct DialectMux: HTTPResponder {
    /// What one host name serves.
    private struct Namespace: Sendable {
        let dialects: [any Dialect]
        let tree: RouteTree
        /// Prefix and owner, the longest prefix first.
        let prefixes: [(prefix: String, dialect: Int)]

        /// - Throws: ``RouteTree/Collision``.
        init(_ dialects: [any Dialect], house: any Dialect) throws {
            self.dialects = dialects + [house]
            tree = try RouteTree(self.dialects.map { ($0.name, $0.routes) })
            var prefixes = self.dialects.enumerated().flatMap { index, dialect in
                dialect.prefixes.map { (prefix: $0, dialect: index) }
            }
            // A dialect that is alone answers everything; otherwise the house answers what nobody owns.
            prefixes.append((prefix: "/", dialect: dialects.count == 1 ? 0 : dialects.count))
            self.prefixes = prefixes.sorted { $0.prefix.utf8.count > $1.prefix.utf8.count }
        }

        func owner(of path: RequestPath) -> Int {
            prefixes.first { path.isBelow($0.prefix) }?.dialect ?? dialects.count - 1
        }
    }

    private let shared: Namespace
    private let byHost: [String: Namespace]
    private let sites: SiteResolver
    private let accessLog: AccessLog
    private let random: any RandomSource

    /// `house`: answers the documentation routes and whatever no dialect owns; made for the dialects it shows.
    ///
    /// - Throws: ``RouteTree/Collision`` when two dialects claim one method and path.
    package init(
        dialects: [any Dialect],
        hosts: [String: String],
        house: ([any Dialect]) throws -> any Dialect,
        sites: SiteResolver,
        random: any RandomSource,
        logger: Logger
    ) throws {
        shared = try Namespace(dialects, house: house(dialects))
        byHost = try hosts.compactMapValues { name in
            try dialects.first { $0.name == name }.map { try Namespace([$0], house: house([$0])) }
        }
        self.sites = sites
        self.random = random
        accessLog = AccessLog(logger: logger)
    }

    package func respond(to request: Request, context: CofferContext) async throws -> Response {
        let start = ContinuousClock.now
        var context = context
        context.path = RequestPath(request.head.path ?? "/")
        context.requestID = UUIDText.random(random)
        sites.describe(request, in: &context)
        let namespace = namespace(for: request)
        let match = namespace.tree.match(request.method, context.path.segments)
        let owner = namespace.dialects[match.dialect ?? namespace.owner(of: context.path)]
        context.parameters = match.parameters
        var response = await owner.respond(to: request, match.route, context: context)
        response.headers[.requestID] = context.requestID
        if accessLog.isOn {
            let entry = AccessLog.Entry(
                method: request.method,
                route: Self.description(of: match.route),
                dialect: owner.name,
                requestID: context.requestID,
                start: start
            )
            accessLog.write(entry, response)
        }
        // An answer to HEAD keeps its headers, Content-Length included, and never a body (RFC 9110, section 9.3.2).
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func namespace(for request: Request) -> Namespace {
        guard !byHost.isEmpty, let authority = request.head.authority else { return shared }
        let name = authority.hasSuffix("]") ? authority : authority.split(separator: ":").first.map(String.init) ?? ""
        return byHost[name.lowercased()] ?? shared
    }

    private static func description(of match: RouteMatch) -> String {
        if case .route(let route) = match { route.template.description } else { "none" }
    }
}

extension HTTPField.Name {
    // Two constants of a fixed valid form.
    static let requestID = HTTPField.Name(validated: "X-Request-ID")
    static let xForwardedFor = HTTPField.Name(validated: "X-Forwarded-For")
    static let xForwardedProto = HTTPField.Name(validated: "X-Forwarded-Proto")
    static let xRealIP = HTTPField.Name(validated: "X-Real-IP")
    static let forwarded = HTTPField.Name(validated: "Forwarded")
}
