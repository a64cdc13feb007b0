package import HTTPTypes

/// Headers that keep browsers from caching, framing, sniffing or leaking an answer.
package enum SecurityHeaders {
    private static let fields: [HTTPField] = [
        HTTPField(name: .cacheControl, value: "no-store, no-cache, must-revalidate, max-age=0"),
        HTTPField(name: HTTPField.Name(validated: "Pragma"), value: "no-cache"),
        HTTPField(name: HTTPField.Name(validated: "Expires"), value: "0"),
        HTTPField(name: .xContentTypeOptions, value: "nosniff"),
        HTTPField(name: HTTPField.Name(validated: "X-Frame-Options"), value: "DENY"),
        HTTPField(name: HTTPField.Name(validated: "X-XSS-Protection"), value: "1; mode=block"),
        HTTPField(name: HTTPField.Name(validated: "Referrer-Policy"), value: "no-referrer"),
    ]

    package static func add(to headers: inout HTTPFields) {
        headers.append(contentsOf: fields)
    }
}
