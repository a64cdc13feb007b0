import CofferHTTP
import HTTPTypes
import Hummingbird

/// The `Set-Cookie` lines and redirects of the login routes.
enum AuthCookie {
    static func set(_ name: String, _ value: String, seconds: Int64, _ context: CofferContext) -> HTTPField {
        let secure = context.baseURL.hasPrefix("https://") ? "; Secure" : ""
        return HTTPField(
            name: .setCookie,
            value: "\(name)=\(value); Max-Age=\(seconds); Path=/; HttpOnly; SameSite=Lax\(secure)"
        )
    }

    static func clear(_ name: String) -> HTTPField {
        HTTPField(name: .setCookie, value: "\(name)=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax")
    }
}

extension Response {
    /// A 302 without a body.
    static func found(_ location: String, _ cookies: [HTTPField] = []) -> Response {
        var headers: HTTPFields = [.location: location, .contentLength: "0"]
        headers.append(contentsOf: cookies)
        return Response(status: .found, headers: headers)
    }
}

/// A URL with more fields in its query.
enum QueryURL {
    static func adding(_ fields: [(String, String)], to url: String) -> String {
        let parts = url.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        let base = parts[0]
        let separator = base.contains("?") ? (base.hasSuffix("?") || base.hasSuffix("&") ? "" : "&") : "?"
        let fragment = parts.count > 1 ? "#\(parts[1])" : ""
        return "\(base)\(separator)\(FormURLEncoded.encode(fields))\(fragment)"
    }
}
