/// Client ids, each with a slot: its position in the order in which the ids were met.
///
/// Open addressing with a hash of one multiplication, because several ids are looked up per struct. The multiplier is
/// drawn per process, so that nobody can choose ids that collide.
struct ClientTable {
    /// Ids by slot.
    private(set) var ids: [UInt64] = []
    /// Slots by hash; empty places are `absent`.
    private var table: [UInt32] = Array(repeating: absent, count: 8)

    private let multiplier = processMultiplier

    var count: Int { ids.count }

    /// The id in a slot.
    subscript(slot: UInt32) -> UInt64 { ids[Int(slot)] }

    /// Looks an id up.
    func slot(of id: UInt64) -> UInt32? {
        let found = table[place(of: id)]
        return found == absent ? nil : found
    }

    /// Adds an id that is new and answers its slot.
    mutating func add(_ id: UInt64) -> UInt32 {
        let slot = UInt32(ids.count)
        ids.append(id)
        if ids.count * 2 > table.count {
            table = Array(repeating: absent, count: table.count * 2)
            for (index, id) in ids.enumerated() { table[place(of: id)] = UInt32(index) }
        } else {
            table[place(of: id)] = slot
        }
        return slot
    }

    /// Where the id is, or where it belongs.
    private func place(of id: UInt64) -> Int {
        let mask = table.count - 1
        let (high, low) = id.multipliedFullWidth(by: multiplier)
        var index = Int(truncatingIfNeeded: high ^ low) & mask
        while table[index] != absent, ids[Int(table[index])] != id { index = (index + 1) & mask }
        return index
    }
}

private let processMultiplier = UInt64.random(in: .min ... .max) | 1
