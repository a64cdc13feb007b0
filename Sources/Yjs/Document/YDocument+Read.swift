extension YDocument {
    /// Names of all root types that any update mentioned, by UTF-16 code units.
    public var rootNames: [String] {
        store.roots.keys.map { store.keys.text($0) }.sorted(by: UTF8Text.precedesByUTF16)
    }

    /// Whether the type exists and is not deleted.
    ///
    /// - Parameter type: a root counts as existing once an update mentioned it.
    /// - Returns: `true` if it can be read.
    public func exists(_ type: YTypeID) -> Bool {
        store.resolve(type) != nil
    }

    /// The node name of an XML element or hook.
    ///
    /// - Parameter type: the element.
    /// - Returns: `nil` for any other type.
    public func nodeName(of type: YTypeID) -> String? {
        guard let index = store.resolve(type), store.types[index].kind?.isNamed == true else { return nil }
        return store.keys.text(store.types[index].name)
    }

    /// The value under a key of a map, or an attribute of an XML element.
    ///
    /// - Parameters:
    ///   - key: compared by bytes.
    ///   - type: the map.
    /// - Returns: `nil` if there is none.
    public func value(forKey key: String, in type: YTypeID) -> YElement? {
        guard let index = store.resolve(type), let id = store.keys.find(ArraySlice(key.utf8)) else { return nil }
        let last = store.types.last(index, id)
        guard last != absent, !store.items[Int(last)].isDeleted else { return nil }
        return store.elements(of: last).last
    }

    /// The entries of a map, or the attributes of an XML element, by UTF-16 code units of their keys.
    ///
    /// - Parameter type: the map.
    /// - Returns: keys and values; none if the type is gone.
    public func entries(of type: YTypeID) -> [(key: String, value: YElement)] {
        guard let index = store.resolve(type) else { return [] }
        var found: [(key: String, value: YElement)] = []
        for entry in store.types.map(of: index) where !store.items[Int(entry.last)].isDeleted {
            guard let value = store.elements(of: entry.last).last else { continue }
            found.append((store.keys.text(entry.key), value))
        }
        return found.sorted { UTF8Text.precedesByUTF16($0.key, $1.key) }
    }

    /// The elements of an array, or the children of an XML fragment or element.
    ///
    /// - Parameter type: the list.
    /// - Returns: the elements in order; characters of text are left out.
    public func elements(of type: YTypeID) -> [YElement] {
        guard let index = store.resolve(type) else { return [] }
        return store.list(of: index).flatMap { store.elements(of: $0) }
    }

    /// A type as a plain value: a map as object, an array as list, text as string, XML as its markup.
    ///
    /// - Parameters:
    ///   - type: the type.
    ///   - kind: what a root is; other types know it.
    /// - Returns: the value; what lies deeper than 64 levels is left out as `null`.
    public func value(of type: YTypeID, as kind: YTypeKind) -> YValue {
        value(of: type, as: kind, depth: 0)
    }

    private func value(of type: YTypeID, as kind: YTypeKind, depth: Int) -> YValue {
        guard depth < YLimits.maxNesting else { return .null }
        switch kind {
        case .array: return .array(elements(of: type).map { value(of: $0, depth: depth) })
        case .map, .xmlHook:
            return .object(entries(of: type).map { YEntry($0.key, value(of: $0.value, depth: depth)) })
        case .text, .xmlText: return .string(text(of: type))
        case .xmlElement, .xmlFragment: return .string(xmlText(of: type))
        }
    }

    private func value(of element: YElement, depth: Int) -> YValue {
        switch element {
        case .value(let value): value
        case .embed(let json): (try? YValue(json: json)) ?? .null
        case .type(let id, let kind): value(of: id, as: kind, depth: depth + 1)
        case .document(let guid): .string(guid)
        }
    }
}

extension DocumentStore {
    /// The type's position, if it exists and nothing deleted it.
    func resolve(_ type: YTypeID) -> UInt32? {
        switch type.place {
        case .root(let name): return keys.find(ArraySlice(name)).flatMap { roots[$0] }
        case .item(let id):
            guard let ref = find(id) else { return nil }
            let item = items[Int(ref)]
            return item.kind == ContentRef.type && item.clock == id.clock && !item.isDeleted ? item.content : nil
        }
    }

    /// The undeleted items of a list.
    func list(of type: UInt32) -> [ItemRef] {
        var found: [ItemRef] = []
        var next = types[type].start
        while next != absent {
            if !items[Int(next)].isDeleted { found.append(next) }
            next = items[Int(next)].right
        }
        return found
    }

    func text(of item: Item) -> String {
        String(decoding: arena.bytes[item.contentRange], as: UTF8.self)
    }

    func id(of item: Item) -> YID {
        YID(client: clientIDs[item.client], clock: item.clock)
    }

    /// What an item contributes to a list or a map; nothing for text and formats.
    func elements(of ref: ItemRef) -> [YElement] {
        let item = items[Int(ref)]
        if item.kind == ContentRef.type {
            return [.type(YTypeID(.item(id(of: item))), types[item.content].kind ?? .array)]
        }
        // Contents were checked when they arrived, so reading them again cannot fail.
        var decoder = Lib0Decoder(arena.bytes, item.contentRange)
        return (try? readElements(item, &decoder)) ?? []
    }

    private func readElements(_ item: Item, _ decoder: inout Lib0Decoder) throws(YjsError) -> [YElement] {
        var found: [YElement] = []
        switch item.kind {
        case ContentRef.any:
            while !decoder.isAtEnd { found.append(.value(try decoder.readAny())) }
        case ContentRef.json:
            while !decoder.isAtEnd {
                let text = try decoder.readString()
                found.append(.value(text == "undefined" ? .undefined : (try? YValue(json: text)) ?? .null))
            }
        case ContentRef.binary: found.append(.value(.bytes(try decoder.readBuffer())))
        case ContentRef.embed: found.append(.embed(try decoder.readString()))
        case ContentRef.doc: found.append(.document(try decoder.readString()))
        default: break
        }
        return found
    }
}
