import CofferCore
import CofferHTTP
import HTTPTypes
import Hummingbird

/// The headers that stand on every answer, and which pages of other sites may read it.
///
/// Source: SkySend contract, section 2.
struct SkySendHeaders: Sendable {
    private static let exposed = "X-RateLimit-Limit,X-RateLimit-Remaining,X-RateLimit-Reset,X-File-Count"
    private static let allowedHeaders = [
        "Content-Type", "Content-Length", "X-Content-Length", "X-Auth-Token", "X-Owner-Token", "X-Salt",
        "X-Max-Downloads", "X-Expire-Sec", "X-File-Count", "X-Has-Password", "X-Password-Salt", "X-Password-Algo",
        "Authorization",
    ].joined(separator: ",")

    private let fixed: [HTTPField]
    private let origins: Set<String>

    init(_ settings: SkySendSettings) {
        origins = Set(settings.corsOrigins)
        fixed = [
            HTTPField(name: .strictTransportSecurity, value: "max-age=63072000; includeSubDomains; preload"),
            HTTPField(name: HTTPField.Name(validated: "X-Frame-Options"), value: "DENY"),
            HTTPField(name: .xContentTypeOptions, value: "nosniff"),
            HTTPField(name: HTTPField.Name(validated: "Referrer-Policy"), value: "no-referrer"),
            HTTPField(name: HTTPField.Name(validated: "Cross-Origin-Opener-Policy"), value: "same-origin"),
            HTTPField(name: HTTPField.Name(validated: "Cross-Origin-Resource-Policy"), value: "same-origin"),
            HTTPField(name: HTTPField.Name(validated: "Origin-Agent-Cluster"), value: "?1"),
            HTTPField(name: HTTPField.Name(validated: "X-DNS-Prefetch-Control"), value: "off"),
            HTTPField(name: HTTPField.Name(validated: "X-Download-Options"), value: "noopen"),
            HTTPField(name: HTTPField.Name(validated: "X-Permitted-Cross-Domain-Policies"), value: "none"),
            HTTPField(name: HTTPField.Name(validated: "X-XSS-Protection"), value: "0"),
            HTTPField(name: .vary, value: "Origin"),
            HTTPField(name: .contentSecurityPolicy, value: Self.contentSecurityPolicy(settings)),
            HTTPField(name: .accessControlExposeHeaders, value: Self.exposed),
        ]
    }

    private static func contentSecurityPolicy(_ settings: SkySendSettings) -> String {
        let logo = settings.branding.logo.flatMap(SettingForms.origin).map { " \($0)" } ?? ""
        let issuer = (settings.oidc?.issuer).flatMap(SettingForms.origin).map { " \($0)" } ?? ""
        return [
            "default-src 'self'", "script-src 'self' 'wasm-unsafe-eval'", "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:\(logo)", "connect-src 'self'", "worker-src 'self' blob:", "child-src 'self' blob:",
            "frame-src 'self'", "object-src 'none'", "base-uri 'self'", "form-action 'self'\(issuer)",
            "frame-ancestors 'none'",
        ].joined(separator: "; ")
    }

    func add(to headers: inout HTTPFields, for request: Request, context: CofferContext) {
        headers.append(contentsOf: fixed)
        if context.path.isBelow("/api") || context.path.isBelow("/auth") { headers[.cacheControl] = "no-store" }
        if context.path.raw == "/api/health" {
            headers[.accessControlAllowOrigin] = "*"
        } else if let origin = request.headers[.origin], allows(origin, context) {
            headers[.accessControlAllowOrigin] = origin
        }
    }

    /// Whether pages of this origin may call, besides our own.
    func allows(_ origin: String, _ context: CofferContext) -> Bool {
        origin == context.baseURL || origins.contains(origin)
    }

    /// The answer to any OPTIONS request.
    func preflightResponse(to request: Request) -> Response? {
        guard request.method == .options else { return nil }
        return Response(
            status: .noContent,
            headers: [
                .accessControlAllowMethods: "GET,POST,DELETE,OPTIONS",
                .accessControlAllowHeaders: Self.allowedHeaders,
            ]
        )
    }

    /// `X-RateLimit-…`; the reset is a Unix time in milliseconds.
    static func add(_ outcome: RateLimitOutcome, to headers: inout HTTPFields) {
        guard let quota = outcome.quota else { return }
        headers[.rateLimitLimit] = String(quota.limit)
        headers[.rateLimitRemaining] = String(quota.remaining)
        headers[.rateLimitReset] = String(quota.reset.milliseconds)
    }
}

extension HTTPField.Name {
    fileprivate static let rateLimitLimit = HTTPField.Name(validated: "X-RateLimit-Limit")
    fileprivate static let rateLimitRemaining = HTTPField.Name(validated: "X-RateLimit-Remaining")
    fileprivate static let rateLimitReset = HTTPField.Name(validated: "X-RateLimit-Reset")
}
