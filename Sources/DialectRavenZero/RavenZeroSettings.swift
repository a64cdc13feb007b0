package import CofferCore
import CofferHTTP
import Foundation

/// What an operator may change about Raven Zero; names as in its own settings table.
package struct RavenZeroSettings: Sendable {
    /// Largest file, in bytes.
    var maxFileBytes = 10_485_760
    /// Exact media types, or `type/*`; empty allows every type.
    var allowedMediaTypes: [String] = []
    var uploadLimit: RateLimit
    var healthLimit: RateLimit
    /// Failures after which a client is blocked.
    var failuresBeforeBlock = 10
    var blockDuration: Duration = .seconds(1800)
    /// The status of form errors: the reference says 400, the original program sends 422.
    var formErrorStatus = 400
    /// Origins that browsers may call from; empty means all.
    var corsOrigins: [String] = []
    /// Another word list than the one that comes with the program.
    var wordListPath: String?

    /// - Throws: ``SettingsGroup/Malformed``.
    package init(_ settings: SettingsGroup) throws {
        let limit = "a rate limit such as 30/hour, or off"
        uploadLimit = try settings.parsed(
            "upload_rate_limit",
            default: RateLimit(parsing: "30/hour"),
            expectation: limit
        ) { try RateLimit(parsing: $0) }
        // The original program's own name for this setting is misspelt; its documents spell it right.
        let healthName = try settings.value("heatlh_rate_limit") == nil ? "health_rate_limit" : "heatlh_rate_limit"
        healthLimit = try settings.parsed(
            healthName,
            default: RateLimit(parsing: "1/second"),
            expectation: limit
        ) { try RateLimit(parsing: $0) }
        maxFileBytes = try settings.integer("max_file_size", default: maxFileBytes, in: 1...1 << 40)
        allowedMediaTypes = try settings.parsed(
            "allowed_mime_types",
            default: [],
            expectation: "a JSON array of media types"
        ) { try JSONDecoder().decode([String].self, from: Data($0.utf8)) }
        failuresBeforeBlock = try settings.integer("download_fail_limit", default: 10, in: 1...1_000_000)
        blockDuration = .seconds(try settings.integer("download_block_window", default: 1800, in: 1...31_536_000))
        formErrorStatus = try settings.parsed(
            "form_error_status",
            default: 400,
            expectation: "400 or 422"
        ) { text in Int(text).flatMap { [400, 422].contains($0) ? $0 : nil } }
        corsOrigins = try settings.parsed(
            "cors_origins",
            default: [],
            expectation: "* or origins such as https://example.org, separated by commas"
        ) { text in
            text == "*" ? [] : text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        }
        wordListPath = try settings.value("diceware_wordlist_path")?.text
    }

    /// Whether files of this type may be uploaded.
    func allows(_ mediaType: String) -> Bool {
        guard !allowedMediaTypes.isEmpty else { return true }
        return allowedMediaTypes.contains { entry in
            guard entry.contains("*") else { return entry == mediaType }
            // `*/*` matches nothing in the original program; everybody who writes it means everything.
            return entry == "*/*" || entry.prefix { $0 != "/" } == mediaType.prefix { $0 != "/" }
        }
    }
}
