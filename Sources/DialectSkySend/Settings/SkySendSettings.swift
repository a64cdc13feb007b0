package import CofferCore
import CofferHTTP

/// What an operator may change about SkySend.
///
/// An empty value counts as one that is not set.
package struct SkySendSettings: Sendable {
    enum Service: String, CaseIterable, Sendable { case file, note }

    /// Origins of other sites' pages that may read answers.
    var corsOrigins: [String]
    var services: [Service]
    /// How long the record of something expired or used up stays, so that clients are told so.
    var cleanupInterval: Duration
    var rateLimit: RateLimitRule
    var passwordMaxAttempts: Int
    var passwordLockout: Duration
    /// Keeps the metadata of protected uploads back until the password was checked.
    var hidesProtectedMeta: Bool
    var files: FileSettings
    var notes: NoteSettings
    var branding: BrandingSettings
    /// Nil when no identity provider is configured.
    var oidc: OIDCSettings?

    /// - Throws: ``SettingsGroup/Malformed``.
    package init(_ group: SettingsGroup) throws {
        let settings = SettingsGroup { name in
            let value = try group.value(name)
            return value?.text.isEmpty == true ? nil : value
        }
        corsOrigins = try settings.parsed(
            "cors_origins",
            default: [],
            expectation: "origins such as https://files.example.org, separated by commas",
            SettingForms.origins
        )
        services = try settings.parsed(
            "enabled_services",
            default: Service.allCases,
            expectation: "file, note or both, separated by a comma"
        ) { text in
            let names = SettingForms.list(text)
            let services = Service.allCases.filter { names.contains($0.rawValue) }
            return services.count == Set(names).count && !services.isEmpty ? services : nil
        }
        cleanupInterval = .seconds(try settings.integer("cleanup_interval", default: 60, in: 1...86_400))
        rateLimit = RateLimitRule(
            maxHits: try settings.integer("rate_limit_max", default: 60, in: 1...1_000_000_000),
            milliseconds: Int64(try settings.integer("rate_limit_window", default: 60_000, in: 1...86_400_000))
        )
        passwordMaxAttempts = try settings.integer("password_max_attempts", default: 10, in: 1...1_000_000)
        passwordLockout = .milliseconds(
            try settings.integer("password_lockout_ms", default: 900_000, in: 1...604_800_000)
        )
        hidesProtectedMeta = try settings.flag("hide_protected_meta", default: false)
        files = try FileSettings(settings)
        notes = try NoteSettings(settings)
        branding = try BrandingSettings(settings)
        oidc = try OIDCSettings(settings)
    }
}

/// Limits of uploads.
struct FileSettings: Sendable {
    var maxBytes: Int64
    var maxFiles: Int
    var expireSeconds: OptionList
    var downloads: OptionList
    var quota: ClientQuota.Settings
    /// How many chunks clients should send at a time.
    var concurrentChunks: Int
    /// Bytes a second; 0 for no limit.
    var speedLimit: Int64
    var allowsWebSocket: Bool
    var webSocketBufferBytes: Int64
    var forcesPassword: Bool

    init(_ settings: SettingsGroup) throws {
        maxBytes = try SettingForms.size(settings, "file_max_size", default: 2 << 30, atLeast: 1)
        maxFiles = try settings.integer("file_max_files_per_upload", default: 32, in: 1...1_000_000)
        expireSeconds = try OptionList(
            settings,
            options: "file_expire_options_sec",
            [300, 3600, 86_400, 604_800],
            choice: "file_default_expire_sec",
            86_400,
            atLeast: 1
        )
        downloads = try OptionList(
            settings,
            options: "file_download_options",
            [1, 2, 3, 4, 5, 10, 20, 50, 100],
            choice: "file_default_download",
            1,
            atLeast: 1
        )
        quota = ClientQuota.Settings(
            limit: try SettingForms.size(settings, "file_upload_quota_bytes", default: 0, atLeast: 0),
            window: .seconds(try settings.integer("file_upload_quota_window", default: 86_400, in: 1...31_536_000))
        )
        concurrentChunks = try settings.integer("file_upload_concurrent_chunks", default: 3, in: 1...20)
        speedLimit = try SettingForms.size(settings, "file_upload_speed_limit", default: 0, atLeast: 0)
        allowsWebSocket = try settings.flag("file_upload_ws", default: true)
        webSocketBufferBytes = try SettingForms.size(
            settings,
            "file_upload_ws_max_buffer",
            default: 16 << 20,
            atLeast: 1 << 20
        )
        forcesPassword = try settings.flag("force_file_password", default: false)
    }
}

/// Limits of notes.
struct NoteSettings: Sendable {
    var maxBytes: Int64
    var expireSeconds: OptionList
    /// 0 stands for views without limit.
    var views: OptionList
    var forcesPassword: Bool

    init(_ settings: SettingsGroup) throws {
        maxBytes = try SettingForms.size(settings, "note_max_size", default: 1 << 20, atLeast: 1)
        expireSeconds = try OptionList(
            settings,
            options: "note_expire_options_sec",
            [300, 3600, 86_400, 604_800],
            choice: "note_default_expire_sec",
            86_400,
            atLeast: 1
        )
        views = try OptionList(
            settings,
            options: "note_view_options",
            [0, 1, 2, 3, 5, 10, 20, 50, 100],
            choice: "note_default_views",
            0,
            atLeast: 0
        )
        forcesPassword = try settings.flag("force_note_password", default: false)
    }
}
