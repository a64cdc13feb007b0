import CofferCore

/// How much of the documents is kept in memory, and for how long.
struct DocumentSettings: Sendable {
    /// Encoded bytes of all open documents together, above which idle ones are closed early.
    var memoryBytes: Int

    init(_ settings: SettingsGroup) throws {
        memoryBytes = try settings.integer("document_memory_bytes", default: 256 << 20, in: 1 << 20...1 << 40)
    }
}
