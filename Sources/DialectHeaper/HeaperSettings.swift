package import CofferCore

/// What an operator may change about Heaper.
package struct HeaperSettings: Sendable {
    var identity: IdentitySettings
    var documents: DocumentSettings
    var live: LiveSettings
    var scans: ScanSettings
    var files: FileSettings
    var thumbnails: ThumbnailSettings
    var heaps: HeapSettings

    /// - Throws: ``SettingsGroup/Malformed``.
    package init(_ group: SettingsGroup) throws {
        identity = try IdentitySettings(group)
        documents = try DocumentSettings(group)
        live = try LiveSettings(group)
        scans = try ScanSettings(group)
        files = try FileSettings(group)
        thumbnails = try ThumbnailSettings(group)
        heaps = try HeapSettings(group)
    }
}
