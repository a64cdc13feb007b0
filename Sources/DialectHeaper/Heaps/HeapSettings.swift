import CofferCore

/// How long what was deleted can be brought back.
struct HeapSettings: Sendable {
    /// From the deletion of a heap until its bytes are freed.
    var grace: Duration

    init(_ settings: SettingsGroup) throws {
        grace = .seconds(86_400 * (try settings.integer("heap_grace_days", default: 7, in: 0...3650)))
    }
}
