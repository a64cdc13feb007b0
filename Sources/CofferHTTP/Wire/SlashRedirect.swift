import HTTPTypes
package import Hummingbird

/// The answer to a path that would be a route with a slash more, or with its final slashes less.
package struct SlashRedirect: Sendable {
    private let tree: RouteTree

    /// - Throws: ``RouteTree/Collision`` when two routes are the same.
    package init(_ routes: [Route]) throws {
        tree = try RouteTree([("", routes)])
    }

    /// A 307 to the corrected path, query kept; nil when that is no route either.
    package func response(for context: CofferContext) -> Response? {
        let raw = context.path.raw
        var corrected = raw + "/"
        if raw.hasSuffix("/") {
            corrected = String(raw.prefix(raw.count - raw.reversed().prefix { $0 == "/" }.count))
        }
        guard corrected.hasPrefix("/") else { return nil }
        let match = tree.match(.get, RequestPath(corrected).segments)
        guard match.dialect != nil else { return nil }
        let query = context.path.query.map { "?\($0)" } ?? ""
        var headers: HTTPFields = [.location: "\(context.baseURL)\(corrected)\(query)"]
        headers[.contentLength] = "0"
        return Response(status: .temporaryRedirect, headers: headers)
    }
}
