/// Bounds on what one input may cost.
///
/// The defaults are those of the format's hardened decoder and suit updates from the network.
public struct YLimits: Sendable, Equatable {
    /// Largest update in bytes.
    public var maxUpdateBytes: Int
    /// Largest document, about in bytes of its encoded state.
    public var maxDocumentBytes: Int
    /// Most bytes of structs kept while their predecessors are missing.
    public var maxPendingBytes: Int
    /// Most structs or delete ranges kept while their predecessors are missing.
    public var maxPendingStructs: Int
    /// Most steps of the conflict scan for one update.
    public var maxConflictSteps: Int

    /// Creates limits; every argument has the default of the format.
    ///
    /// - Parameters:
    ///   - maxUpdateBytes: at most 2^31 - 1, larger values are cut.
    ///   - maxDocumentBytes: about bytes of the encoded state, at most 2^30.
    ///   - maxPendingBytes: bytes of waiting structs.
    ///   - maxPendingStructs: number of waiting structs or delete ranges.
    ///   - maxConflictSteps: steps per update.
    public init(
        maxUpdateBytes: Int = 16 << 20,
        maxDocumentBytes: Int = 64 << 20,
        maxPendingBytes: Int = 4 << 20,
        maxPendingStructs: Int = 10_000,
        maxConflictSteps: Int = 50_000_000
    ) {
        self.maxUpdateBytes = min(maxUpdateBytes, Int(Int32.max))
        self.maxDocumentBytes = min(maxDocumentBytes, 1 << 30)
        self.maxPendingBytes = maxPendingBytes
        self.maxPendingStructs = maxPendingStructs
        self.maxConflictSteps = maxConflictSteps
    }

    /// Limits for updates from the network.
    public static let network = YLimits()

    /// Limits for states read back from one's own storage.
    public static let storage = YLimits(maxUpdateBytes: 64 << 20)

    /// No limits, for bytes that were checked before.
    static let unchecked = YLimits(
        maxUpdateBytes: .max,
        maxDocumentBytes: .max,
        maxPendingBytes: .max,
        maxPendingStructs: .max,
        maxConflictSteps: .max
    )

    /// Deepest nesting of tagged values and of JSON text.
    static let maxNesting = 64
    /// Largest clock, length and client id.
    static let maxInteger: UInt64 = (1 << 53) - 1
}
