/// The items that the present conflict scan passed, in order.
///
/// A short scan searches a short list. A long one marks its items in an array as long as the store, which serves all
/// scans of a transaction: each has marks higher than those of the one before.
struct VisitedItems: Sendable {
    private static let shortest = 16

    private var refs: [ItemRef] = []
    private var marks: [UInt32] = []
    /// The mark of the scan's first item.
    private var base: UInt32 = 1
    private(set) var count = 0

    /// Starts a scan.
    mutating func begin() {
        if count > Self.shortest { base += UInt32(count) }
        if base > UInt32.max / 2 {
            marks.removeAll()
            base = 1
        }
        refs.removeAll(keepingCapacity: true)
        count = 0
    }

    /// Adds an item of a store that has `itemCount` items.
    mutating func append(_ ref: ItemRef, of itemCount: Int) {
        if count < Self.shortest {
            refs.append(ref)
        } else {
            if count == Self.shortest { markShortList(itemCount) }
            marks[Int(ref)] = base + UInt32(count)
        }
        count += 1
    }

    private mutating func markShortList(_ itemCount: Int) {
        if marks.count < itemCount {
            marks.append(contentsOf: repeatElement(0, count: itemCount - marks.count))
        }
        for (index, ref) in refs.enumerated() { marks[Int(ref)] = base + UInt32(index) }
    }

    /// When an item was passed; `nil` for others and for `absent`.
    func index(of ref: ItemRef) -> Int? {
        if count <= Self.shortest { return refs.firstIndex(of: ref) }
        guard ref != absent, Int(ref) < marks.count, marks[Int(ref)] >= base else { return nil }
        return Int(marks[Int(ref)] - base)
    }
}
