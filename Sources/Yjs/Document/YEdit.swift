/// An edit of a document by a client of one's own; everything in it becomes one update.
///
/// Indices and lengths count UTF-16 units in text and elements in arrays.
public struct YEdit {
    var store: DocumentStore
    var transaction: Transaction
    let client: UInt64
    /// How many bytes of content and keys the edit may still add.
    private var bytesLeft: Int
    private let maxDocumentBytes: Int

    init(store: DocumentStore, transaction: Transaction, client: UInt64, limit: Int) {
        self.store = store
        self.transaction = transaction
        self.client = client
        maxDocumentBytes = limit
        bytesLeft = limit - store.arena.live
    }

    /// The text of an XML type as it is now; see ``YDocument/plainText(of:)``.
    ///
    /// - Parameter type: the type.
    /// - Returns: the text, empty if the type is gone.
    public func plainText(of type: YTypeID) -> String {
        var document = YDocument()
        document.store = store
        return document.plainText(of: type)
    }

    /// Sets a map entry or an XML attribute to a plain value.
    ///
    /// - Parameters:
    ///   - value: the value.
    ///   - key: the key.
    ///   - type: the map.
    /// - Throws: ``YjsError/staleType`` if the type is gone.
    public mutating func set(_ value: YValue, forKey key: String, in type: YTypeID) throws(YjsError) {
        var encoder = Lib0Encoder()
        encoder.writeAny(value)
        try spend(encoder.bytes.count + key.utf8.count)
        try setItem(forKey: key, in: type, kind: ContentRef.any, length: 1) { $0.arena.append(encoder.bytes) }
    }

    /// Sets a map entry to a new nested type.
    ///
    /// - Parameters:
    ///   - kind: what the type is; ``YTypeKind/xmlElement`` and ``YTypeKind/xmlHook``, which have names, are refused.
    ///   - key: the key.
    ///   - type: the map.
    /// - Returns: the new type.
    /// - Throws: ``YjsError/staleType`` if the map is gone, ``YjsError/unknownType(_:offset:)`` for a named type.
    @discardableResult
    public mutating func setType(_ kind: YTypeKind, forKey key: String, in type: YTypeID) throws(YjsError) -> YTypeID {
        guard !kind.isNamed else { throw .unknownType(UInt64(kind.rawValue), offset: 0) }
        try spend(key.utf8.count)
        return try setItem(forKey: key, in: type, kind: ContentRef.type, length: 1) { store in
            store.newType = store.types.add(TypeRecord(kind: kind))
        }
    }

    /// Removes a map entry, if there is one.
    ///
    /// - Parameters:
    ///   - key: the key.
    ///   - type: the map.
    /// - Throws: ``YjsError/staleType`` if the map is gone.
    public mutating func remove(forKey key: String, in type: YTypeID) throws(YjsError) {
        let parent = try resolve(type)
        let last = store.types.last(parent, store.keys.intern(ArraySlice(key.utf8)))
        if last != absent { store.delete(last, &transaction) }
    }

    /// Inserts characters into a text.
    ///
    /// - Parameters:
    ///   - text: the characters.
    ///   - index: where, in UTF-16 units.
    ///   - type: the text.
    /// - Throws: ``YjsError/indexOutOfRange(_:length:)``, or ``YjsError/staleType`` if the text is gone.
    public mutating func insert(_ text: String, at index: Int, in type: YTypeID) throws(YjsError) {
        guard !text.isEmpty else { return }
        let length = UInt64(text.utf16.count)
        try spend(text.utf8.count)
        try insertItem(at: index, in: type, kind: ContentRef.string, length: length) { store in
            store.arena.append(Array(text.utf8))
        }
    }

    /// Inserts values into an array.
    ///
    /// - Parameters:
    ///   - values: the values.
    ///   - index: where.
    ///   - type: the array.
    /// - Throws: ``YjsError/indexOutOfRange(_:length:)``, or ``YjsError/staleType`` if the array is gone.
    public mutating func insert(_ values: [YValue], at index: Int, in type: YTypeID) throws(YjsError) {
        guard !values.isEmpty else { return }
        var encoder = Lib0Encoder()
        for value in values { encoder.writeAny(value) }
        try spend(encoder.bytes.count)
        try insertItem(at: index, in: type, kind: ContentRef.any, length: UInt64(values.count)) { store in
            store.arena.append(encoder.bytes)
        }
    }

    /// Inserts a new nested type into a list of values or XML nodes.
    ///
    /// - Parameters:
    ///   - kind: what the type is; ``YTypeKind/xmlHook`` is refused.
    ///   - name: of an ``YTypeKind/xmlElement``; other kinds have none.
    ///   - index: where.
    ///   - type: the list.
    /// - Returns: the new type.
    /// - Throws: ``YjsError/indexOutOfRange(_:length:)``, ``YjsError/staleType`` if the list is gone, or
    ///   ``YjsError/unknownType(_:offset:)`` for a kind that does not go with the name.
    @discardableResult
    public mutating func insertType(
        _ kind: YTypeKind,
        name: String = "",
        at index: Int,
        in type: YTypeID
    ) throws(YjsError) -> YTypeID {
        guard kind != .xmlHook, kind.isNamed == !name.isEmpty else {
            throw .unknownType(UInt64(kind.rawValue), offset: 0)
        }
        try spend(name.utf8.count)
        let id = try insertItem(at: index, in: type, kind: ContentRef.type, length: 1) { store in
            var record = TypeRecord(kind: kind)
            if kind.isNamed { record.name = store.keys.intern(ArraySlice(name.utf8)) }
            store.newType = store.types.add(record)
        }
        return YTypeID(.item(id))
    }

    /// How many UTF-16 units or elements a text or list has.
    ///
    /// - Parameter type: the text or list; one that is gone has none.
    /// - Returns: the count.
    public mutating func count(of type: YTypeID) -> Int {
        guard let found = try? resolve(type) else { return 0 }
        var count: UInt64 = 0
        var next = store.types[found].start
        while next != absent {
            let item = store.items[Int(next)]
            if !item.isDeleted, item.isCountable { count += item.length }
            next = item.right
        }
        return Int(count)
    }

    /// Deletes characters or elements.
    ///
    /// - Parameters:
    ///   - range: which, in UTF-16 units or elements.
    ///   - type: the text or array.
    /// - Throws: ``YjsError/indexOutOfRange(_:length:)``, or ``YjsError/staleType`` if the type is gone.
    public mutating func delete(_ range: Range<Int>, in type: YTypeID) throws(YjsError) {
        guard !range.isEmpty else { return }
        let parent = try resolve(type)
        var next = try position(range.lowerBound, in: parent).right
        var left = UInt64(range.count)
        while left > 0, next != absent {
            var item = store.items[Int(next)]
            if !item.isDeleted, item.isCountable {
                if item.length > left {
                    _ = store.structStarting(item.client, item.clock + left, &transaction)
                    item = store.items[Int(next)]
                }
                left -= item.length
                store.delete(next, &transaction)
            }
            next = store.items[Int(next)].right
        }
        guard left == 0 else { throw .indexOutOfRange(range.upperBound, length: range.upperBound - Int(left)) }
    }
}

extension YEdit {
    private mutating func spend(_ bytes: Int) throws(YjsError) {
        guard bytes <= bytesLeft else { throw .documentTooLarge(limit: maxDocumentBytes) }
        bytesLeft -= bytes
    }

    private mutating func resolve(_ type: YTypeID) throws(YjsError) -> UInt32 {
        if case .root(let name) = type.place { return store.ensureRoot(ArraySlice(name)) }
        guard let found = store.resolve(type) else { throw .staleType }
        return found
    }

    /// Finds the neighbours of an index, splitting the item that it lies in.
    private mutating func position(_ index: Int, in type: UInt32) throws(YjsError) -> (left: ItemRef, right: ItemRef) {
        guard index >= 0 else { throw .indexOutOfRange(index, length: 0) }
        var left = absent
        var right = store.types[type].start
        var rest = UInt64(index)
        while rest > 0, right != absent {
            let item = store.items[Int(right)]
            if !item.isDeleted, item.isCountable {
                if item.length > rest {
                    _ = store.structStarting(item.client, item.clock + rest, &transaction)
                    rest = 0
                } else {
                    rest -= item.length
                }
            }
            left = right
            right = store.items[Int(right)].right
        }
        guard rest == 0 else { throw .indexOutOfRange(index, length: index - Int(rest)) }
        return (left, right)
    }

    @discardableResult
    private mutating func insertItem(
        at index: Int,
        in type: YTypeID,
        kind: UInt8,
        length: UInt64,
        _ content: (inout DocumentStore) -> Void
    ) throws(YjsError) -> YID {
        let parent = try resolve(type)
        let (left, right) = try position(index, in: parent)
        return try add(kind: kind, length: length, left: left, right: right, parent: parent, key: absent, content)
    }

    @discardableResult
    private mutating func setItem(
        forKey key: String,
        in type: YTypeID,
        kind: UInt8,
        length: UInt64,
        _ content: (inout DocumentStore) -> Void
    ) throws(YjsError) -> YTypeID {
        let parent = try resolve(type)
        let key = store.keys.intern(ArraySlice(key.utf8))
        let left = store.types.last(parent, key)
        let id = try add(kind: kind, length: length, left: left, right: absent, parent: parent, key: key, content)
        return YTypeID(.item(id))
    }

    private mutating func add(
        kind: UInt8,
        length: UInt64,
        left: ItemRef,
        right: ItemRef,
        parent: UInt32,
        key: UInt32,
        _ content: (inout DocumentStore) -> Void
    ) throws(YjsError) -> YID {
        let slot = store.ensureSlot(of: client)
        let clock = store.clients[Int(slot)].nextClock
        guard length <= YLimits.maxInteger - clock else { throw .clockOverflow(offset: 0) }
        var item = Item(clock: clock, length: length, client: slot, parent: parent, parentSub: key, kind: kind)
        if left != absent {
            item.originClient = store.items[Int(left)].client
            item.originClock = store.items[Int(left)].end - 1
        }
        if right != absent {
            item.rightOriginClient = store.items[Int(right)].client
            item.rightOriginClock = store.items[Int(right)].clock
        }
        let start = store.arena.bytes.count
        content(&store)
        item.content = kind == ContentRef.type ? store.newType : UInt32(start)
        item.contentBytes = UInt32(store.arena.bytes.count - start)
        store.link(item, between: left, right, &transaction)
        return YID(client: client, clock: clock)
    }
}
