@testable import Yjs

/// An update written by hand, struct by struct.
struct RawUpdate {
    private var blocks = 0
    private var body = Lib0Encoder()
    private var deletes: [ClientRange] = []

    /// Adds consecutive structs of a client.
    mutating func add(_ client: UInt64, at clock: UInt64, _ structs: [RawStruct]) {
        blocks += 1
        body.writeVarUint(UInt64(structs.count))
        body.writeVarUint(client)
        body.writeVarUint(clock)
        for one in structs { body.bytes += one.bytes }
    }

    mutating func delete(_ client: UInt64, _ clock: UInt64, _ length: UInt64) {
        deletes.append(ClientRange(client: client, clock: clock, length: length))
    }

    var bytes: [UInt8] {
        var encoder = Lib0Encoder()
        encoder.writeVarUint(UInt64(blocks))
        encoder.bytes += body.bytes
        var ranges = deletes
        DeleteSet.normalize(&ranges)
        DeleteSet.write(ranges, into: &encoder)
        return encoder.bytes
    }

    /// An update with one block.
    static func block(_ client: UInt64, at clock: UInt64 = 0, _ structs: [RawStruct]) -> [UInt8] {
        var update = RawUpdate()
        update.add(client, at: clock, structs)
        return update.bytes
    }

    /// An update that only deletes.
    static func deleting(_ client: UInt64, _ clock: UInt64, _ length: UInt64) -> [UInt8] {
        var update = RawUpdate()
        update.delete(client, clock, length)
        return update.bytes
    }
}

/// One struct of an update.
struct RawStruct {
    enum Parent {
        case root(String)
        case item(UInt64, UInt64)
    }

    enum Content {
        case deleted(UInt64)
        case json([String])
        case binary([UInt8])
        case string(String)
        case embed(String)
        case format(String, String)
        case type(UInt64, name: String? = nil)
        case any([YValue])
        case doc(String)
    }

    var bytes: [UInt8]

    static func gc(_ length: UInt64) -> RawStruct { covering(ContentRef.gc, length) }
    static func skip(_ length: UInt64) -> RawStruct { covering(ContentRef.skip, length) }

    private static func covering(_ ref: UInt8, _ length: UInt64) -> RawStruct {
        var encoder = Lib0Encoder()
        encoder.writeByte(ref)
        encoder.writeVarUint(length)
        return RawStruct(bytes: encoder.bytes)
    }

    /// An item with neighbours.
    static func item(
        _ content: Content,
        after origin: (UInt64, UInt64)? = nil,
        before right: (UInt64, UInt64)? = nil,
        in parent: Parent = .root("t"),
        key: String? = nil
    ) -> RawStruct {
        var encoder = Lib0Encoder()
        let (ref, body) = encode(content)
        let neighbours = (origin == nil ? 0 : InfoFlag.origin) | (right == nil ? 0 : InfoFlag.rightOrigin)
        encoder.writeByte(ref | neighbours | (key == nil ? 0 : InfoFlag.parentSub))
        for id in [origin, right].compactMap({ $0 }) {
            encoder.writeVarUint(id.0)
            encoder.writeVarUint(id.1)
        }
        if neighbours == 0 {
            write(parent, into: &encoder)
            if let key { encoder.writeString(key) }
        }
        return RawStruct(bytes: encoder.bytes + body)
    }

    private static func write(_ parent: Parent, into encoder: inout Lib0Encoder) {
        switch parent {
        case .root(let name):
            encoder.writeByte(1)
            encoder.writeString(name)
        case .item(let client, let clock):
            encoder.writeByte(0)
            encoder.writeVarUint(client)
            encoder.writeVarUint(clock)
        }
    }

    private static func encode(_ content: Content) -> (UInt8, [UInt8]) {
        var encoder = Lib0Encoder()
        switch content {
        case .deleted(let length): encoder.writeVarUint(length)
        case .json(let texts):
            encoder.writeVarUint(UInt64(texts.count))
            for text in texts { encoder.writeString(text) }
        case .binary(let bytes): encoder.writeBuffer(bytes)
        case .string(let text), .embed(let text): encoder.writeString(text)
        case .format(let key, let json):
            encoder.writeString(key)
            encoder.writeString(json)
        case .type(let kind, let name):
            encoder.writeVarUint(kind)
            if let name { encoder.writeString(name) }
        case .any(let values):
            encoder.writeVarUint(UInt64(values.count))
            for value in values { encoder.writeAny(value) }
        case .doc(let guid):
            encoder.writeString(guid)
            encoder.writeAny(.object([]))
        }
        return (ref(content), encoder.bytes)
    }

    private static func ref(_ content: Content) -> UInt8 {
        switch content {
        case .deleted: ContentRef.deleted
        case .json: ContentRef.json
        case .binary: ContentRef.binary
        case .string: ContentRef.string
        case .embed: ContentRef.embed
        case .format: ContentRef.format
        case .type: ContentRef.type
        case .any: ContentRef.any
        case .doc: ContentRef.doc
        }
    }
}

/// A document that has applied updates.
func document(_ updates: [UInt8]..., collectsGarbage: Bool = true, limits: YLimits = .network) throws -> YDocument {
    var document = YDocument(collectsGarbage: collectsGarbage, limits: limits)
    for update in updates { try document.apply(update) }
    return document
}
