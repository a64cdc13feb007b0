package import HTTPTypes
package import Hummingbird

/// Which browsers' pages may read answers (Fetch standard, "CORS protocol"): methods GET and POST, no credentials.
package struct CORSPolicy: Sendable {
    private static let methods = ["GET", "POST"]
    private static let requestHeaders = ["accept", "accept-language", "content-language", "content-type"]

    /// Allowed origins; empty allows every one.
    private let origins: [String]

    package init(origins: [String]) {
        self.origins = origins
    }

    private func allows(_ origin: String) -> Bool {
        origins.isEmpty || origins.contains(origin)
    }

    /// The answer to a preflight; nil when the request is none.
    package func preflightResponse(to request: Request) -> Response? {
        guard request.method == .options, let origin = request.headers[.origin],
            let method = request.headers[.accessControlRequestMethod]
        else { return nil }
        let asked = (request.headers[.accessControlRequestHeaders] ?? "").lowercased().split(separator: ",")
        let names = asked.map { $0.filter { $0 != " " } }.filter { !$0.isEmpty }
        var refused: [String] = []
        if !allows(origin) { refused.append("origin") }
        if !Self.methods.contains(method) { refused.append("method") }
        if !names.allSatisfy(Self.requestHeaders.contains) { refused.append("headers") }
        var response =
            refused.isEmpty
            ? Response(.ok, text: "OK")
            : Response(.badRequest, text: "Disallowed CORS \(refused.joined(separator: ", "))")
        response.headers[.accessControlAllowMethods] = "GET, POST"
        response.headers[.accessControlMaxAge] = "600"
        response.headers[.accessControlAllowHeaders] = "Accept, Accept-Language, Content-Language, Content-Type"
        return response
    }

    package func addHeaders(to headers: inout HTTPFields, for request: Request) {
        guard let origin = request.headers[.origin], allows(origin) else { return }
        // A wildcard is not enough for a request that carried cookies, nor right when only some origins may call.
        let isEchoed = !origins.isEmpty || request.headers[.cookie] != nil
        headers[.accessControlAllowOrigin] = isEchoed ? origin : "*"
        if isEchoed { headers[.vary] = "Origin" }
        if headers[.accessControlAllowMethods] == nil {
            headers[.accessControlExposeHeaders] = "x-sha256, content-disposition"
        }
    }
}
