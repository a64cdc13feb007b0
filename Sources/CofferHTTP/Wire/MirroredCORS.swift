package import HTTPTypes
package import Hummingbird

/// Lets the pages of every origin read answers, credentials included (Fetch standard, "CORS protocol").
///
/// For interfaces without cookies: what a page may do then depends on a token alone, which no browser adds by itself.
package struct MirroredCORS: Sendable {
    private static let methods = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
    private static let maxAgeSeconds = 600

    /// Names of the headers that pages may read besides those that they always may.
    private let exposed: String

    package init(exposing names: [String]) {
        exposed = names.joined(separator: ", ")
    }

    /// The answer to `OPTIONS`, whatever the path; nil for every other method.
    package func optionsResponse(to request: Request) -> Response? {
        guard request.method == .options else { return nil }
        var headers: HTTPFields = [:]
        if request.headers[.origin] != nil {
            headers[.accessControlAllowMethods] = Self.methods
            headers[.accessControlAllowHeaders] = request.headers[.accessControlRequestHeaders]
            headers[.accessControlMaxAge] = String(Self.maxAgeSeconds)
        }
        return Response(status: .noContent, headers: headers)
    }

    package func addHeaders(to headers: inout HTTPFields, for request: Request) {
        // Caches must know that the answer depends on it, also when this request named none.
        let vary = headers[.vary].map { "\($0), Origin" } ?? "Origin"
        headers[.vary] = vary
        guard let origin = request.headers[.origin] else { return }
        headers[.accessControlAllowOrigin] = origin
        headers[.accessControlAllowCredentials] = "true"
        if request.method != .options { headers[.accessControlExposeHeaders] = exposed }
    }
}
