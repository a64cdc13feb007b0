package import CofferCore
import CofferHTTP

/// What an operator may change about Hashdrop.
///
/// An empty value counts as one that is not set.
package struct HashdropSettings: Sendable {
    /// Where `DELETE /admin/reset` works.
    var isDevelopment: Bool
    /// Command-line clients compare it with their own version and stop unless both are the same.
    var compatibleVersion: String
    /// Lets e-mail and password alone delete an account, for the released command-line client, which sends no token.
    var deletesAccountsWithoutToken: Bool
    var accounts: AccountSettings
    var files: FileSettings
    var limits: LimitSettings
    var secrets: SecretSettings

    /// - Throws: ``SettingsGroup/Malformed``.
    package init(_ group: SettingsGroup) throws {
        let settings = SettingsGroup { name in
            let value = try group.value(name)
            return value?.text.isEmpty == true ? nil : value
        }
        isDevelopment = try settings.text("platform", default: "") == "dev"
        compatibleVersion = try settings.text("compatible_cli_version", default: "1.1.0")
        deletesAccountsWithoutToken = try settings.flag("account_deletion_without_token", default: false)
        accounts = try AccountSettings(settings)
        files = try FileSettings(settings)
        limits = try LimitSettings(settings)
        secrets = try SecretSettings(settings)
    }
}

/// Lives of accounts and of what proves them.
struct AccountSettings: Sendable {
    var otpLife: Duration
    /// Wrong codes after which a code is void.
    var otpAttempts: Int
    var accessTokenLife: Duration
    var refreshTokenLife: Duration
    /// An account that was not verified in this time is removed, and its address is free again.
    var unverifiedLife: Duration

    init(_ settings: SettingsGroup) throws {
        otpLife = .seconds(try settings.integer("otp_seconds", default: 600, in: 1...86_400))
        otpAttempts = try settings.integer("otp_attempts", default: 5, in: 1...1000)
        accessTokenLife = .seconds(try settings.integer("access_token_seconds", default: 900, in: 1...86_400))
        refreshTokenLife = .seconds(3600 * (try settings.integer("refresh_token_hours", default: 720, in: 1...87_600)))
        unverifiedLife = .seconds(60 * (try settings.integer("unverified_minutes", default: 30, in: 1...525_600)))
    }
}

/// Limits of files.
struct FileSettings: Sendable {
    /// Bytes of the largest object as stored; the default takes 50 MiB of plaintext as the client encrypts it.
    var maxBytes: Int64
    /// An account may begin an upload while it has stored and reserved no more than this.
    var userQuotaBytes: Int64
    /// Anybody may begin an upload while all accounts together have no more than this.
    var totalQuotaBytes: Int64
    /// An account may begin an upload while it has no more records than this, failed and unfinished ones included.
    var userFiles: Int64
    /// Downloads of one file in one UTC day.
    var downloadsPerDay: Int64
    var uploadURLLife: Duration
    var downloadURLLife: Duration
    /// An upload that is not complete after this time has failed.
    var pendingLife: Duration
    /// How long the record of a failed upload stays.
    var failedLife: Duration

    init(_ settings: SettingsGroup) throws {
        maxBytes = Int64(try settings.integer("max_file_bytes", default: 52_454_400, in: 1...1 << 40))
        userQuotaBytes = Int64(try settings.integer("user_quota_bytes", default: 1_000_000_000, in: 0...1 << 60))
        totalQuotaBytes = Int64(try settings.integer("total_quota_bytes", default: 20_000_000_000, in: 0...1 << 60))
        userFiles = Int64(try settings.integer("user_files", default: 500, in: 0...1_000_000_000))
        downloadsPerDay = Int64(try settings.integer("downloads_per_day", default: 3, in: 1...1_000_000_000))
        uploadURLLife = .seconds(try settings.integer("upload_url_seconds", default: 900, in: 1...604_800))
        downloadURLLife = .seconds(try settings.integer("download_url_seconds", default: 120, in: 1...604_800))
        pendingLife = .seconds(60 * (try settings.integer("pending_minutes", default: 30, in: 1...525_600)))
        failedLife = .seconds(60 * (try settings.integer("failed_minutes", default: 10, in: 1...525_600)))
    }
}

/// Keys that are made on first start and kept in the database, unless they are set.
struct SecretSettings: Sendable {
    var accessTokens: String?
    var refreshTokens: String?
    var otps: String?
    /// The key under which links show whose file it is.
    var userIDSalt: String?

    init(_ settings: SettingsGroup) throws {
        accessTokens = try settings.value("jwt_secret")?.text
        refreshTokens = try settings.value("refresh_token_secret")?.text
        otps = try settings.value("otp_secret")?.text
        userIDSalt = try settings.value("user_id_salt")?.text
    }
}
