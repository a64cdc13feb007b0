/// The kinds of struct, as the low five bits of a struct's first byte.
enum ContentRef {
    static let gc: UInt8 = 0
    static let deleted: UInt8 = 1
    static let json: UInt8 = 2
    static let binary: UInt8 = 3
    static let string: UInt8 = 4
    static let embed: UInt8 = 5
    static let format: UInt8 = 6
    static let type: UInt8 = 7
    static let any: UInt8 = 8
    static let doc: UInt8 = 9
    static let skip: UInt8 = 10

    /// Whether contents of this kind can be cut and fused.
    static func isSplittable(_ ref: UInt8) -> Bool {
        ref == deleted || ref == json || ref == string || ref == any
    }
}

/// Flags beside the content reference in a struct's first byte.
enum InfoFlag {
    static let origin: UInt8 = 0x80
    static let rightOrigin: UInt8 = 0x40
    static let parentSub: UInt8 = 0x20
    static let refMask: UInt8 = 0x1F
    /// A struct with a neighbour takes its parent from it, and writes none.
    static let neighbours: UInt8 = 0xC0
}

/// Kinds of shared type.
public enum YTypeKind: UInt8, Sendable {
    /// A list of values.
    case array = 0
    /// A map of values.
    case map = 1
    /// Text with formats.
    case text = 2
    /// A named XML element.
    case xmlElement = 3
    /// A list of XML nodes.
    case xmlFragment = 4
    /// A named hook, a map whose meaning the application knows.
    case xmlHook = 5
    /// Text inside XML.
    case xmlText = 6

    /// Whether the type's name follows its reference.
    var isNamed: Bool { self == .xmlElement || self == .xmlHook }
}

/// The id of one unit: who made it, and as the how-manieth of theirs.
public struct YID: Hashable, Sendable {
    /// The client's id, at most 2^53 - 1.
    public var client: UInt64
    /// The client's clock, at most 2^53 - 1.
    public var clock: UInt64

    /// Creates an id.
    ///
    /// - Parameters:
    ///   - client: the client's id.
    ///   - clock: the client's clock.
    public init(client: UInt64, clock: UInt64) {
        self.client = client
        self.clock = clock
    }
}
