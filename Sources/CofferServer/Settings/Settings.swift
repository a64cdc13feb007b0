package import CofferCore
package import CofferHTTP
import DialectHashdrop
import DialectHeaper
import DialectHushfile
import DialectRavenZero
import DialectSkySend
import Foundation
package import Logging

/// Everything an operator can set, checked.
package struct Settings: Sendable {
    /// The dialects, in the order in which they are served and listed.
    package static let dialectNames = ["ravenzero", "hushfile", "skysend", "hashdrop", "heaper"]

    package var host = "127.0.0.1"
    /// 0 lets the system choose.
    package var port = 8080
    package var dataPath = "./coffer-data"
    /// Scheme and authority of handed-out URLs; nil takes them from each request.
    package var baseURL: String?
    package var dialects = Settings.dialectNames
    /// Host name (lower case, without port) to the dialect that owns its whole namespace.
    package var hosts: [String: String] = [:]
    package var trustedProxies = TrustedProxies.none
    package var logLevel = Logger.Level.info
    /// How long running requests may take to finish after a signal to stop.
    package var shutdownTimeout: Duration = .seconds(20)
    /// Largest blob that is kept in the database instead of a file.
    package var inlineBytes = 32 * 1024
    /// Directory of the scripts for the documentation pages; nil looks in the usual places.
    package var docsAssetsPath: String?
    package var cleanupInterval: Duration = .seconds(600)
    package var orphanAge: Duration = .seconds(900)
    package var shredPasses = 1
    package var mail: MailSettings
    /// The bucket that keeps the blobs; nil keeps them in the data directory.
    package var s3: S3Settings?
    var ravenZero: RavenZeroSettings
    var hushfile: HushfileSettings
    var skySend: SkySendSettings
    var hashdrop: HashdropSettings
    var heaper: HeaperSettings
    /// Settings that exist nowhere in the program, for a warning.
    package var unknownNames: [String] = []

    /// - Throws: ``SettingsGroup/Malformed``, whose description is one sentence for the operator.
    package init(_ sources: SettingsSources) throws {
        let group = sources.group()
        host = try group.text("host", default: host)
        port = try group.integer("port", default: port, in: 0...65535)
        dataPath = try group.text("data", default: dataPath)
        guard !dataPath.isEmpty else { throw SettingsGroup.Malformed("The data directory must not be empty.") }
        baseURL = try Self.baseURL(group)
        dialects = try group.parsed(
            "dialects",
            default: dialects,
            expectation: "a list of \(Self.dialectNames.joined(separator: ", "))",
            Self.dialects
        )
        hosts = try Self.hosts(group, among: dialects)
        trustedProxies = try Self.trustedProxies(group)
        logLevel = try group.parsed(
            "log_level",
            default: .info,
            expectation: "one of trace, debug, info, notice, warning, error, critical"
        ) { Logger.Level(rawValue: $0.lowercased()) }
        shutdownTimeout = .seconds(try group.integer("shutdown_timeout", default: 20, in: 1...3600))
        inlineBytes = try group.integer("inline_bytes", default: inlineBytes, in: 0...1 << 20)
        docsAssetsPath = try group.value("docs_assets")?.text
        s3 = try Self.s3(group, sources.group("s3"))
        let ravenGroup = sources.group("ravenzero")
        cleanupInterval = .seconds(
            60 * (try ravenGroup.integer("cleanup_interval_minutes", default: 10, in: 1...10_000))
        )
        orphanAge = .seconds(60 * (try ravenGroup.integer("orphan_age_minutes", default: 15, in: 1...100_000)))
        shredPasses = try ravenGroup.integer("secure_shred_passes", default: 1, in: 0...35)
        mail = try MailSettings(sources.group("mail"))
        ravenZero = try RavenZeroSettings(ravenGroup)
        hushfile = try HushfileSettings(sources.group("hushfile"))
        skySend = try SkySendSettings(sources.group("skysend"))
        hashdrop = try HashdropSettings(sources.group("hashdrop"))
        heaper = try HeaperSettings(sources.group("heaper"))
        unknownNames = sources.unknownNames
    }

    private static func baseURL(_ group: SettingsGroup) throws -> String? {
        try group.parsed(
            "base_url",
            default: nil,
            expectation: "http:// or https:// followed by a host name, without a path"
        ) { text -> String?? in
            // Set to nothing is not set: the address is taken from each request then.
            text.isEmpty ? .some(nil) : Self.baseURL(text).map { .some($0) }
        }
    }

    private static func hosts(_ group: SettingsGroup, among dialects: [String]) throws -> [String: String] {
        try group.parsed(
            "hosts",
            default: [:],
            expectation: "pairs such as drop.example.org=ravenzero, separated by commas, of dialects that are served"
        ) { hosts($0, among: dialects) }
    }

    private static func trustedProxies(_ group: SettingsGroup) throws -> TrustedProxies {
        try group.parsed(
            "trusted_proxies",
            default: .none,
            expectation: "addresses, ranges such as 10.0.0.0/8, loopback or private, separated by commas"
        ) { try TrustedProxies(parsing: list($0)) }
    }

    private static func s3(_ group: SettingsGroup, _ settings: SettingsGroup) throws -> S3Settings? {
        let isRemote = try group.parsed("blobs", default: false, expectation: "local or s3") { text -> Bool? in
            switch text.lowercased() {
            case "local": false
            case "s3": true
            default: nil
            }
        }
        guard !isRemote else { return try S3Settings(settings) }
        // They may stay where they are while blobs are local.
        for name in S3Settings.names { _ = try settings.value(name) }
        return nil
    }

    /// Names separated by commas, or a JSON array of them.
    private static func list(_ text: String) -> [String] {
        if let array = try? JSONDecoder().decode([String].self, from: Data(text.utf8)) { return array }
        return text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
    }

    private static func baseURL(_ text: String) -> String? {
        let trimmed = text.hasSuffix("/") ? String(text.dropLast()) : text
        guard let url = URLComponents(string: trimmed), url.scheme == "http" || url.scheme == "https",
            url.host?.isEmpty == false, url.path.isEmpty, url.query == nil, url.fragment == nil, url.user == nil
        else { return nil }
        return trimmed
    }

    private static func dialects(_ text: String) -> [String]? {
        let asked = list(text)
        guard !asked.isEmpty, asked.allSatisfy(dialectNames.contains) else { return nil }
        return dialectNames.filter(asked.contains)
    }

    private static func hosts(_ text: String, among dialects: [String]) -> [String: String]? {
        var hosts: [String: String] = [:]
        for pair in list(text) {
            let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, dialects.contains(parts[1]) else { return nil }
            hosts[parts[0].lowercased()] = parts[1]
        }
        return hosts
    }
}
