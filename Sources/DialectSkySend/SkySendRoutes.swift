import CofferCore
import CofferHTTP
import Hummingbird

/// A route and what the gates ask of it.
struct GatedRoute: Sendable {
    let route: Route
    let demands: SkySendGates.Demands

    init(_ route: Route, login: SkySendGates.Demands.Login = .none, _ demands: SkySendGates.Demands = .init()) {
        self.route = route
        var demands = demands
        demands.login = login
        self.demands = demands
    }
}

/// The route table, in the reference's order.
struct SkySendRoutes {
    let all: [GatedRoute]

    init(
        _ settings: SkySendSettings,
        quota: ClientQuota,
        headers: SkySendHeaders,
        _ needs: ServerParts
    ) {
        let files = FileStore(
            drops: needs.drops,
            parts: needs.uploads,
            quota: quota,
            clock: needs.clock,
            random: needs.random,
            settings: settings
        )
        let notes = NoteStore(
            drops: needs.drops,
            blobs: needs.blobs,
            clock: needs.clock,
            random: needs.random,
            linger: settings.cleanupInterval
        )
        let tokens = TokenGuard(settings, counters: needs.counters, clock: needs.clock)
        all =
            Self.files(files, tokens, needs, headers) + Self.notes(notes, tokens, settings.notes)
            + Self.server(settings, quota: quota, needs)
    }

    private static func server(
        _ settings: SkySendSettings,
        quota: ClientQuota,
        _ needs: ServerParts
    ) -> [GatedRoute] {
        let config = ConfigRoute(settings: settings)
        let health = HealthRoute(version: needs.version, clock: needs.clock)
        let quota = QuotaRoute(quota: quota)
        return [
            GatedRoute(.get("/api/config", use: config.handle)),
            GatedRoute(.head("/api/config", use: config.handle)),
            GatedRoute(.shared(.get, "/api/health", answer: health.answer)),
            GatedRoute(.shared(.head, "/api/health", answer: health.answer)),
            GatedRoute(.get("/api/quota", use: quota.handle)),
            GatedRoute(.head("/api/quota", use: quota.handle)),
        ]
    }

    private static func files(
        _ files: FileStore,
        _ tokens: TokenGuard,
        _ needs: ServerParts,
        _ headers: SkySendHeaders
    ) -> [GatedRoute] {
        let pace = UploadPace(bytesPerSecond: files.settings.files.speedLimit, clock: needs.clock)
        let upload = UploadRoute(files: files, blobs: needs.blobs, pace: pace)
        let open = InitRoute(files: files)
        let chunk = ChunkRoute(files: files, pace: pace)
        let finalize = FinalizeRoute(files: files)
        let status = UploadStatusRoute(files: files)
        let socket = UploadSocketRoute(
            files: files,
            blobs: needs.blobs,
            pace: pace,
            headers: headers,
            logger: needs.logger
        )
        let meta = MetaRoute(files: files)
        let info = InfoRoute(files: files)
        let download = DownloadRoute(files: files, tokens: tokens)
        let password = PasswordRoute(files: files, tokens: tokens)
        let delete = DeleteUploadRoute(files: files)
        let exists = ExistsRoute(files: files)
        return [
            GatedRoute(.post("/api/upload", use: upload.handle), login: .files, .init(checksQuota: true)),
            GatedRoute(.post("/api/upload/init", use: open.handle), login: .files, .init(checksQuota: true)),
            GatedRoute(.post("/api/upload/{id}/chunk", use: chunk.handle), .init(bucket: .upload)),
            GatedRoute(.post("/api/upload/{id}/finalize", use: finalize.handle)),
            GatedRoute(.get("/api/upload/{id}/status", use: status.handle)),
            GatedRoute(.head("/api/upload/{id}/status", use: status.handle)),
            GatedRoute(.get("/api/upload/ws", use: socket.handle), login: .files, .init(bucket: .upload)),
            GatedRoute(.post("/api/meta/{id}", use: meta.handle)),
            GatedRoute(.get("/api/info/{id}", use: info.handle)),
            GatedRoute(.head("/api/info/{id}", use: info.handle)),
            GatedRoute(.get("/api/download/{id}", use: download.handle)),
            GatedRoute(.head("/api/download/{id}", use: download.describe)),
            GatedRoute(.post("/api/password/{id}", use: password.handle)),
            GatedRoute(.delete("/api/upload/{id}", use: delete.handle)),
            GatedRoute(.get("/api/exists/{id}", use: exists.handle)),
            GatedRoute(.head("/api/exists/{id}", use: exists.handle)),
        ]
    }

    private static func notes(_ notes: NoteStore, _ tokens: TokenGuard, _ limits: NoteSettings) -> [GatedRoute] {
        let create = CreateNoteRoute(notes: notes, limits: limits)
        let info = NoteInfoRoute(notes: notes)
        let view = ViewNoteRoute(notes: notes, tokens: tokens)
        let password = NotePasswordRoute(notes: notes, tokens: tokens)
        let delete = DeleteNoteRoute(notes: notes)
        return [
            GatedRoute(.post("/api/note", use: create.handle), login: .notes),
            GatedRoute(.get("/api/note/{id}", use: info.handle)),
            GatedRoute(.head("/api/note/{id}", use: info.handle)),
            GatedRoute(.post("/api/note/{id}/view", use: view.handle)),
            GatedRoute(.post("/api/note/{id}/password", use: password.handle)),
            GatedRoute(.delete("/api/note/{id}", use: delete.handle)),
        ]
    }
}

/// The login and its routes, where an identity provider is configured.
struct SkySendLogin {
    let provider: OIDCProvider
    let sessions: LoginSessions
    let guardian: LoginGuard
    let routes: [GatedRoute]

    init(_ oidc: OIDCSettings, _ needs: ServerParts) async {
        provider = OIDCProvider(oidc, clock: needs.clock)
        sessions = await LoginSessions(
            oidc,
            database: needs.database,
            clock: needs.clock,
            random: needs.random
        )
        guardian = LoginGuard(settings: oidc, sessions: sessions)
        let login = LoginRoute(oidc: oidc, provider: provider, sessions: sessions)
        let callback = CallbackRoute(oidc: oidc, provider: provider, sessions: sessions, logger: needs.logger)
        let logout = LogoutRoute(oidc: oidc, provider: provider, sessions: sessions)
        let session = SessionRoute(sessions: sessions)
        routes = [
            GatedRoute(.get("/auth/login", use: login.handle)),
            GatedRoute(.get("/auth/callback", use: callback.handle)),
            GatedRoute(.get("/auth/logout", use: logout.handle)),
            GatedRoute(.get("/auth/session", use: session.handle)),
            GatedRoute(.head("/auth/session", use: session.handle)),
        ]
    }
}
