/// What one update or one edit changed.
public struct YChange: Sendable, Equatable {
    /// Units that are new in the document.
    public var inserted: [ClientRange] = []
    /// Units that were deleted, new ones among them.
    public var deleted: [ClientRange] = []
    /// Names of the root types in or below which something changed, sorted by UTF-16 code units.
    public var roots: [String] = []
    /// Map entries and XML attributes that were set or removed, in no particular order.
    ///
    /// What changed inside a value is found under the keys of that value, not under the key that leads to it.
    public var keys: Set<YKey> = []
    /// Whether something waits for missing predecessors.
    public var isIncomplete = false

    /// Whether the document is the same as before.
    public var isEmpty: Bool { inserted.isEmpty && deleted.isEmpty }
}

/// A key of a map, or the name of an attribute of an XML element.
public struct YKey: Hashable, Sendable {
    /// The map or element.
    public let type: YTypeID
    /// The key; two keys are equal if their bytes are, whatever Unicode says.
    public let key: String

    /// Creates a key.
    ///
    /// - Parameters:
    ///   - type: the map or element.
    ///   - key: the key.
    public init(_ type: YTypeID, _ key: String) {
        self.type = type
        self.key = key
    }

    /// Compares by bytes.
    public static func == (left: YKey, right: YKey) -> Bool {
        left.type == right.type && left.key.utf8.elementsEqual(right.key.utf8)
    }

    /// Hashes the bytes.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(type)
        var key = key
        key.withUTF8 { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    }
}

/// What an edit made, or what an update brought.
public struct YCommit: Sendable {
    /// The update to send to everybody else; `00 00` if nothing changed.
    public var update: [UInt8]
    /// What changed here.
    public var change: YChange
}

extension DocumentStore {
    /// The map entries that a transaction changed.
    func changedKeys(_ transaction: Transaction) -> Set<YKey> {
        guard !transaction.changedKeys.isEmpty else { return [] }
        var changed: Set<YKey> = []
        var last: UInt64?
        for place in transaction.changedKeys.sorted() where place != last {
            changed.insert(YKey(id(of: UInt32(place >> 32)), keys.text(UInt32(truncatingIfNeeded: place))))
            last = place
        }
        return changed
    }

    /// The name of a root, or the id of the item that holds a type.
    private func id(of type: UInt32) -> YTypeID {
        let record = types[type]
        guard record.item != absent else {
            return YTypeID(.root(record.name == absent ? [] : Array(keys[record.name])))
        }
        return YTypeID(.item(id(of: items[Int(record.item)])))
    }
}
