extension YDocument {
    /// The characters of a text type, without formats and embedded objects.
    ///
    /// - Parameter type: the text.
    /// - Returns: the characters; none if the type is gone.
    public func text(of type: YTypeID) -> String {
        guard let index = store.resolve(type) else { return "" }
        return String(decoding: store.textBytes(of: index), as: UTF8.self)
    }

    /// The text with its formats; a run ends at every format mark, even at one that changes nothing.
    ///
    /// - Parameter type: the text.
    /// - Returns: the runs in order; a format whose value is `null` has ended.
    public func runs(of type: YTypeID) -> [YTextRun] {
        guard let index = store.resolve(type) else { return [] }
        var attributes: [YEntry] = []
        var bytes: [UInt8] = []
        var runs: [YTextRun] = []
        func close() {
            guard !bytes.isEmpty else { return }
            let text = String(decoding: bytes, as: UTF8.self)
            runs.append(YTextRun(content: .text(text), attributes: attributes))
            bytes = []
        }
        for ref in store.list(of: index) {
            let item = store.items[Int(ref)]
            switch item.kind {
            case ContentRef.string: bytes += store.arena.bytes[item.contentRange]
            case ContentRef.format:
                guard let (key, value) = store.format(of: item) else { continue }
                close()
                attributes = attributes.setting(key, value)
            default:
                close()
                runs += store.elements(of: ref).map { YTextRun(content: .element($0), attributes: attributes) }
            }
        }
        close()
        return runs
    }
}

extension [YEntry] {
    /// The formats after one begins or, with `null`, ends.
    fileprivate func setting(_ key: String, _ value: YValue) -> [YEntry] {
        var changed = filter { !$0.key.utf8.elementsEqual(key.utf8) }
        guard value != .null else { return changed }
        let place = changed.firstIndex { UTF8Text.precedesByUTF16(key, $0.key) } ?? changed.count
        changed.insert(YEntry(key, value), at: place)
        return changed
    }
}

extension DocumentStore {
    /// UTF-8 of all undeleted strings of a type.
    func textBytes(of type: UInt32) -> [UInt8] {
        var bytes: [UInt8] = []
        var next = types[type].start
        while next != absent {
            let item = items[Int(next)]
            if !item.isDeleted, item.kind == ContentRef.string { bytes += arena.bytes[item.contentRange] }
            next = item.right
        }
        return bytes
    }

    /// Name and value of a format mark; a value that is no JSON counts as `null`.
    func format(of item: Item) -> (String, YValue)? {
        var decoder = Lib0Decoder(arena.bytes, item.contentRange)
        guard let key = try? decoder.readString(), let json = try? decoder.readString() else { return nil }
        return (key, (try? YValue(json: json)) ?? .null)
    }
}
