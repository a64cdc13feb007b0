@testable import Yjs

/// One client's next change.
struct RandomWriter {
    private(set) var document: YDocument
    let client: UInt64
    var generator: SeededGenerator

    private static let texts = ["a", "hello", "é", "\u{1D11E}", "x\u{1D11E}y", "👩‍👧", "e\u{301}", "end. "]
    private static let keys = ["k", "k2", "\u{E9}", "e\u{301}", ""]

    /// Changes the document and answers the update.
    mutating func write() throws -> [UInt8] {
        let (type, kind) = generator.pick(types())
        switch kind {
        case .text, .xmlText: return try writeText(type)
        case .array: return try writeArray(type)
        case .map, .xmlHook: return try writeMap(type)
        case .xmlElement: return generator.oneIn(3) ? try writeMap(type) : try writeXML(type)
        case .xmlFragment: return try writeXML(type)
        }
    }

    /// The four roots, and every nested type that is not deleted.
    private func types() -> [(YTypeID, YTypeKind)] {
        var found: [(YTypeID, YTypeKind)] = [
            (.root("t"), .text), (.root("t"), .text), (.root("a"), .array), (.root("m"), .map),
            (.root("x"), .xmlFragment),
        ]
        for item in document.store.items where item.kind == ContentRef.type && !item.isDeleted {
            guard let kind = document.store.types[item.content].kind else { continue }
            found.append((.item(document.store.id(of: item)), kind))
        }
        return found
    }

    // MARK: Kinds of type

    private mutating func writeText(_ type: YTypeID) throws -> [UInt8] {
        let length = document.countableLength(of: type)
        switch generator.below(8) {
        case 0...3:
            let (text, index) = (generator.pick(Self.texts), generator.below(length + 1))
            return try edit { (edit) throws(YjsError) in try edit.insert(text, at: index, in: type) }
        case 4, 5: return try delete(in: type)
        case 6:
            var encoder = Lib0Encoder()
            encoder.writeString(generator.pick(["bold", "link"]))
            encoder.writeString(generator.pick(["true", "null", #"{"href":"x"}"#]))
            return try insert(encoder.bytes, ContentRef.format, in: type)
        default:
            // Comes and goes in one transaction.
            let (text, index) = (generator.pick(Self.texts), generator.below(length + 1))
            return try edit { (edit) throws(YjsError) in
                try edit.insert(text + "!", at: index, in: type)
                try edit.delete(index..<index + text.utf16.count, in: type)
            }
        }
    }

    private mutating func writeArray(_ type: YTypeID) throws -> [UInt8] {
        var encoder = Lib0Encoder()
        switch generator.below(9) {
        case 0...3:
            let values = (0...generator.below(3)).map { _ in value() }
            let index = generator.below(document.countableLength(of: type) + 1)
            return try edit { (edit) throws(YjsError) in try edit.insert(values, at: index, in: type) }
        case 4, 5: return try delete(in: type)
        case 6:
            encoder.writeVarUint(UInt64(generator.pick([YTypeKind.array, .map, .text]).rawValue))
            return try insert(encoder.bytes, ContentRef.type, in: type)
        case 7:
            encoder.writeVarUint(2)
            encoder.writeString("undefined")
            encoder.writeString("[1]")
            return try insert(encoder.bytes, ContentRef.json, in: type)
        default:
            encoder.writeBuffer([0, 0xFF])
            return try insert(encoder.bytes, ContentRef.binary, in: type)
        }
    }

    private mutating func writeMap(_ type: YTypeID) throws -> [UInt8] {
        let key = generator.pick(Self.keys)
        switch generator.below(8) {
        case 0...3:
            let new = value()
            return try edit { (edit) throws(YjsError) in try edit.set(new, forKey: key, in: type) }
        case 4:
            return try edit { (edit) throws(YjsError) in try edit.remove(forKey: key, in: type) }
        case 5:
            // Undo and redo.
            let new = value()
            return try edit { (edit) throws(YjsError) in
                try edit.set(new, forKey: key, in: type)
                try edit.remove(forKey: key, in: type)
                try edit.set(new, forKey: key, in: type)
            }
        default:
            let (kind, text) = (generator.pick([YTypeKind.map, .text]), generator.pick(Self.texts))
            return try edit { (edit) throws(YjsError) in
                let nested = try edit.setType(kind, forKey: key, in: type)
                if kind == .text {
                    try edit.insert(text, at: 0, in: nested)
                } else {
                    try edit.set(.string(text), forKey: "n", in: nested)
                }
            }
        }
    }

    private mutating func writeXML(_ type: YTypeID) throws -> [UInt8] {
        if generator.oneIn(4) { return try delete(in: type) }
        var encoder = Lib0Encoder()
        if generator.oneIn(2) {
            encoder.writeVarUint(UInt64(YTypeKind.xmlElement.rawValue))
            encoder.writeString(generator.pick(["p", "reference", "hardBreak"]))
        } else {
            encoder.writeVarUint(UInt64(YTypeKind.xmlText.rawValue))
        }
        return try insert(encoder.bytes, ContentRef.type, in: type)
    }

    // MARK: Changes

    private mutating func value() -> YValue {
        switch generator.below(6) {
        case 0: .number(Double(generator.below(1000)))
        case 1: .string(generator.pick(Self.texts))
        case 2: .bool(generator.oneIn(2))
        case 3: .null
        case 4: .array([.number(1.5), .string("\u{1D11E}")])
        default: .object([YEntry("a", .bytes([1])), YEntry("b", .bigInt(-1))])
        }
    }

    private mutating func delete(in type: YTypeID) throws -> [UInt8] {
        let length = document.countableLength(of: type)
        guard length > 0 else { return YUpdate.empty }
        let start = generator.below(length)
        let end = min(length, start + 1 + generator.below(5))
        return try edit { (edit) throws(YjsError) in try edit.delete(start..<end, in: type) }
    }

    private mutating func edit(_ body: (inout YEdit) throws(YjsError) -> Void) throws -> [UInt8] {
        try document.edit(as: client, body).update
    }

    /// Inserts a content that the edits do not offer, between any two items of a list.
    private mutating func insert(_ content: [UInt8], _ ref: UInt8, in type: YTypeID) throws -> [UInt8] {
        let gap = generator.below(document.itemCount(of: type) + 1)
        let update = document.insertion(of: content, ref: ref, in: type, gap: gap, as: client)
        try document.apply(update)
        return update
    }
}
