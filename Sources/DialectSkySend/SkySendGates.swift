import CofferCore
import CofferHTTP
import HTTPTypes
import Hummingbird

/// What stands before every route: the rate limit, the service switch, the login, the quota, in this order.
///
/// Source: SkySend contract, sections 1 to 3, 10 and 11.
struct SkySendGates: Sendable {
    /// What a route asks of the gates.
    struct Demands: Sendable {
        var login: Login = .none
        var checksQuota = false
        var bucket: Bucket = .client

        enum Login: Sendable { case none, files, notes }

        /// Whose rate limit a request uses up.
        enum Bucket: Sendable {
            case client
            /// One of the many requests of an upload, which would use up any limit meant for people.
            case upload
        }
    }

    private static let filePaths = [
        "/api/info", "/api/exists", "/api/password", "/api/meta", "/api/download", "/api/upload", "/api/quota",
    ]
    /// A large upload is some hundred chunks, and clients repeat those that fail: by default 3,000 a minute.
    private static let uploadFactor = 50

    private let services: [SkySendSettings.Service]
    private let limiter: RateLimiter
    private let uploadLimiter: RateLimiter
    private let quota: ClientQuota
    private let login: LoginGuard?

    init(
        _ settings: SkySendSettings,
        counters: any CounterStore,
        quota: ClientQuota,
        login: LoginGuard?,
        clock: any WallClock
    ) {
        services = settings.services
        limiter = RateLimiter(RateLimit([settings.rateLimit]), store: counters, clock: clock)
        let uploadRule = RateLimitRule(
            maxHits: max(3000, settings.rateLimit.maxHits * Self.uploadFactor),
            milliseconds: settings.rateLimit.window.wholeMilliseconds
        )
        uploadLimiter = RateLimiter(RateLimit([uploadRule]), store: counters, clock: clock)
        self.quota = quota
        self.login = login
    }

    /// Counts a request; nil for paths that are not limited.
    func limit(_ demands: Demands, context: CofferContext) async -> RateLimitOutcome? {
        guard context.path.isBelow("/api") || context.path.isBelow("/auth") else { return nil }
        switch demands.bucket {
        case .client: return await limiter.hit("skysend", by: context.client)
        case .upload:
            let id = context.parameters["id"]
            // Ids have one length; a client's other texts must not fill the memory that counts them.
            let identity = "\(context.client.limitKey) \(id.utf8.count == 36 ? id : "")"
            return await uploadLimiter.hit("skysend.upload", byIdentity: identity)
        }
    }

    /// - Throws: ``SkySendError/serviceDisabled(_:)``.
    func requireService(_ path: RequestPath) throws {
        if !services.contains(.file), Self.filePaths.contains(where: path.isBelow) {
            throw SkySendError.serviceDisabled(.file)
        }
        if !services.contains(.note), path.isBelow("/api/note") { throw SkySendError.serviceDisabled(.note) }
    }

    /// - Throws: ``SkySendError/loginRequired``, ``SkySendError/sessionInvalid``, quota errors.
    func require(_ demands: Demands, of request: Request, context: CofferContext) async throws {
        switch demands.login {
        case .none: break
        case .files: try await login?.requireForFiles(request)
        case .notes: try await login?.requireForNotes(request)
        }
        if demands.checksQuota {
            try await quota.check(UploadParameters.declaredSize(request.headers), for: context.client.limitKey)
        }
    }
}
