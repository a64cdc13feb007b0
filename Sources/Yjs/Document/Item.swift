/// Position of a struct in the store's list of items.
typealias ItemRef = UInt32

/// Stands for "no item", "no client", "no key" and "no type" in positions.
let absent: UInt32 = .max

/// One struct of the store: an item, or a GC that remembers nothing but its clocks.
///
/// A flat value of 72 bytes, linked by positions, so that integrating counts no references. Clients are slots of the
/// store, types and keys positions in their tables.
struct Item {
    var clock: UInt64
    var length: UInt64
    var originClock: UInt64 = 0
    var rightOriginClock: UInt64 = 0
    var client: UInt32
    var originClient: UInt32 = absent
    var rightOriginClient: UInt32 = absent
    var left: ItemRef = absent
    var right: ItemRef = absent
    /// The type that holds the item.
    var parent: UInt32 = absent
    /// The map key, or `absent` in lists.
    var parentSub: UInt32 = absent
    /// Where the content's bytes start, or the position of the type that is the content.
    var content: UInt32 = 0
    /// Number of content bytes.
    var contentBytes: UInt32 = 0
    /// The content reference, or ``free``.
    var kind: UInt8
    var isDeleted = false

    /// Marks an unused place in the list of items.
    static let free: UInt8 = 0xFF

    var end: UInt64 { clock + length }
    var isGC: Bool { kind == ContentRef.gc }
    var contentRange: Range<Int> { Int(content)..<Int(content) + Int(contentBytes) }

    /// Whether readers see the content as elements of the sequence.
    var isCountable: Bool { kind != ContentRef.deleted && kind != ContentRef.format && kind != ContentRef.gc }

    func hasSameOrigin(as other: Item) -> Bool {
        originClient == other.originClient && (originClient == absent || originClock == other.originClock)
    }

    func hasSameRightOrigin(as other: Item) -> Bool {
        rightOriginClient == other.rightOriginClient
            && (rightOriginClient == absent || rightOriginClock == other.rightOriginClock)
    }
}
