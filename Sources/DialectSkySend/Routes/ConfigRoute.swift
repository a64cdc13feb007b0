import CofferCore
import CofferHTTP
import Hummingbird

/// `GET /api/config`: limits, options and branding, under the names of the reference and those that clients read.
///
/// - Auth: none.
/// - 200: members that may be missing a value are null; the others always have one.
/// - Source: SkySend API reference, "Server Configuration"; contract, section 4.
struct ConfigRoute {
    let settings: SkySendSettings

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        Response(.ok, json: .object(reference + files + notes + branding + login))
    }

    private static func numbers(_ values: [Int]) -> JSONValue { .array(values.map { .integer($0) }) }

    private var reference: [JSONValue.Member] {
        let files = settings.files
        return [
            .init("maxFileSize", .integer(files.maxBytes)),
            .init("maxFilesPerUpload", .integer(files.maxFiles)),
            .init("expireOptions", Self.numbers(files.expireSeconds.values)),
            .init("defaultExpire", .integer(files.expireSeconds.choice)),
            .init("downloadOptions", Self.numbers(files.downloads.values)),
            .init("defaultDownload", .integer(files.downloads.choice)),
        ]
    }

    private var files: [JSONValue.Member] {
        let files = settings.files
        return [
            .init("enabledServices", .array(settings.services.map { .string($0.rawValue) })),
            .init("fileMaxSize", .integer(files.maxBytes)),
            .init("fileMaxFilesPerUpload", .integer(files.maxFiles)),
            .init("fileExpireOptions", Self.numbers(files.expireSeconds.values)),
            .init("fileDefaultExpire", .integer(files.expireSeconds.choice)),
            .init("fileDownloadOptions", Self.numbers(files.downloads.values)),
            .init("fileDefaultDownload", .integer(files.downloads.choice)),
            .init("fileUploadQuotaBytes", .integer(files.quota.limit)),
            .init("fileUploadQuotaWindow", .integer(files.quota.window.components.seconds)),
            .init("fileUploadConcurrentChunks", .integer(files.concurrentChunks)),
            .init("fileUploadSpeedLimit", .integer(files.speedLimit)),
            .init("fileUploadWs", .bool(files.allowsWebSocket)),
        ]
    }

    private var notes: [JSONValue.Member] {
        let notes = settings.notes
        return [
            .init("noteMaxSize", .integer(notes.maxBytes)),
            .init("noteExpireOptions", Self.numbers(notes.expireSeconds.values)),
            .init("noteDefaultExpire", .integer(notes.expireSeconds.choice)),
            .init("noteViewOptions", Self.numbers(notes.views.values)),
            .init("noteDefaultViews", .integer(notes.views.choice)),
            .init("noteBlocks", true),
        ]
    }

    private var branding: [JSONValue.Member] {
        let branding = settings.branding
        return [
            .init("customTitle", .string(branding.title)),
            .init("customColor", .string(branding.color)),
            .init("customLogo", .string(branding.logo)),
            .init("customPrivacy", .string(branding.privacy)),
            .init("customLegal", .string(branding.legal)),
            .init("customLinkUrl", .string(branding.linkURL)),
            .init("customLinkName", .string(branding.linkName)),
            .init("customReportUrl", .string(branding.reportURL)),
            .init("defaultTheme", .string(branding.theme.rawValue)),
            .init("defaultColorScheme", .string(branding.theme.rawValue)),
            .init("defaultTab", .string(branding.tab.rawValue)),
        ]
    }

    private var login: [JSONValue.Member] {
        [
            .init("forceFilePassword", .bool(settings.files.forcesPassword)),
            .init("forceNotePassword", .bool(settings.notes.forcesPassword)),
            .init("oidcEnabled", .bool(settings.oidc != nil)),
            .init("oidcProtectFiles", .bool(settings.oidc?.protectsFiles ?? false)),
            .init("oidcProtectNotes", .bool(settings.oidc?.protectsNotes ?? false)),
            .init("fileRequestsEnabled", false),
            .init("forceRequestPassword", false),
            .init("oidcProtectRequests", false),
        ]
    }
}
