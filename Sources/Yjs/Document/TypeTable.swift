/// A shared type: a list, a map, or both.
struct TypeRecord {
    /// What it is; root types have no kind.
    var kind: YTypeKind?
    /// The node name of an element or hook, or the name of a root.
    var name: UInt32 = absent
    /// The item whose content it is, or `absent` for a root.
    var item: ItemRef = absent
    /// Head of the list.
    var start: ItemRef = absent
    /// First entry of the map, a position in the table of entries.
    var firstEntry: UInt32 = absent
}

/// The last item under a key of a type, linked to the type's next entry.
struct MapEntry {
    var key: UInt32
    var last: ItemRef
    var next: UInt32
}

/// All types of a document and their map entries.
struct TypeTable {
    var types: [TypeRecord] = []
    private(set) var entries: [MapEntry] = []
    private var index: [UInt64: UInt32] = [:]
    private var freeEntry: UInt32 = absent
    private var freeType: UInt32 = absent

    subscript(type: UInt32) -> TypeRecord {
        get { types[Int(type)] }
        set { types[Int(type)] = newValue }
    }

    mutating func add(_ type: TypeRecord) -> UInt32 {
        if freeType != absent {
            let id = freeType
            freeType = types[Int(id)].start
            types[Int(id)] = type
            return id
        }
        types.append(type)
        return UInt32(types.count - 1)
    }

    /// Forgets a type that no item holds any more.
    mutating func remove(_ type: UInt32) {
        removeEntries(of: type)
        types[Int(type)] = TypeRecord(start: freeType)
        freeType = type
    }

    /// The last item under a key.
    func last(_ type: UInt32, _ key: UInt32) -> ItemRef {
        guard let entry = index[UInt64(type) << 32 | UInt64(key)] else { return absent }
        return entries[Int(entry)].last
    }

    mutating func setLast(_ type: UInt32, _ key: UInt32, _ item: ItemRef) {
        let place = UInt64(type) << 32 | UInt64(key)
        if let entry = index[place] {
            entries[Int(entry)].last = item
            return
        }
        let entry = MapEntry(key: key, last: item, next: types[Int(type)].firstEntry)
        let id: UInt32
        if freeEntry != absent {
            id = freeEntry
            freeEntry = entries[Int(id)].next
            entries[Int(id)] = entry
        } else {
            id = UInt32(entries.count)
            entries.append(entry)
        }
        index[place] = id
        types[Int(type)].firstEntry = id
    }

    /// Keys and last items of a type's map, newest key first.
    func map(of type: UInt32) -> [MapEntry] {
        var found: [MapEntry] = []
        var next = types[Int(type)].firstEntry
        while next != absent {
            found.append(entries[Int(next)])
            next = entries[Int(next)].next
        }
        return found
    }

    private mutating func removeEntries(of type: UInt32) {
        var next = types[Int(type)].firstEntry
        while next != absent {
            let entry = entries[Int(next)]
            index[UInt64(type) << 32 | UInt64(entry.key)] = nil
            entries[Int(next)].next = freeEntry
            freeEntry = next
            next = entry.next
        }
        types[Int(type)].firstEntry = absent
    }
}
