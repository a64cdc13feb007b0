package import CofferCore

/// What an operator may change about Hushfile.
package struct HushfileSettings: Sendable {
    /// How much of uploaders' addresses `info` shows to everybody who knows the id.
    enum AddressExposure: String, Sendable {
        case full, truncated, none
    }

    var operatorEmail = ""
    /// 0 sets no bound: then files without `expire` stay.
    var maxRetentionHours = 24
    var maxChunkBytes = 104_857_600
    var maxFileBytes = 1_073_741_824
    var addressExposure = AddressExposure.full
    /// Once a chunk of a limited file is used up, the rest stays this long at most.
    var drain: Duration = .seconds(3600)
    /// An unfinished upload is removed this long after its last accepted write.
    var unfinishedLife: Duration = .seconds(86_400)

    /// - Throws: ``SettingsGroup/Malformed``.
    package init(_ settings: SettingsGroup) throws {
        operatorEmail = try settings.text("server_operator_email", default: "")
        maxRetentionHours = try settings.integer("max_retention_hours", default: 24, in: 0...876_000)
        maxChunkBytes = try settings.integer("max_chunksize_bytes", default: maxChunkBytes, in: 1...1 << 40)
        maxFileBytes = try settings.integer("max_filesize_bytes", default: maxFileBytes, in: 1...1 << 50)
        addressExposure = try settings.parsed(
            "expose_ip",
            default: .full,
            expectation: "full, truncated or none"
        ) { AddressExposure(rawValue: $0) }
        drain = .seconds(try settings.integer("drain_seconds", default: 3600, in: 1...31_536_000))
        unfinishedLife = .seconds(3600 * (try settings.integer("unfinished_hours", default: 24, in: 1...8760)))
    }
}
