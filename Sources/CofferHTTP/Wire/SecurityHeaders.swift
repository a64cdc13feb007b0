package import HTTPTypes

/// Headers that keep browsers from caching, framing, sniffing or leaking an answer.
package enum SecurityHeaders {
    private static let fields: [(HTTPField.Name, String)] = [
        (.cacheControl, "no-store, no-cache, must-revalidate, max-age=0"),
        (HTTPField.Name(validated: "Pragma"), "no-cache"),
        (HTTPField.Name(validated: "Expires"), "0"),
        (.xContentTypeOptions, "nosniff"),
        (HTTPField.Name(validated: "X-Frame-Options"), "DENY"),
        (HTTPField.Name(validated: "X-XSS-Protection"), "1; mode=block"),
        (HTTPField.Name(validated: "Referrer-Policy"), "no-referrer"),
    ]

    package static func add(to headers: inout HTTPFields) {
        for (name, value) in fields { headers[name] = value }
    }
}
