/// Where one struct lies in an update's bytes, and which clocks it covers.
///
/// The rest is read again where it is needed: a record must stay small, because a struct may be as short as two bytes.
struct StructRecord {
    var clock: UInt64
    var length: UInt64
    /// Offset of the info byte.
    var offset: UInt32
    /// Offset after the content.
    var end: UInt32
    /// Which of several updates holds the bytes.
    var source: UInt32
    var info: UInt8

    var ref: UInt8 { info & InfoFlag.refMask }
    var endClock: UInt64 { clock + length }
    var isSkip: Bool { info & InfoFlag.refMask == ContentRef.skip }
    var isGC: Bool { info & InfoFlag.refMask == ContentRef.gc }
}

/// Consecutive structs of one client.
struct StructBlock {
    var client: UInt64
    var firstClock: UInt64
    /// Positions in the list of records.
    var records: Range<Int>
}

/// The part of an item in front of its content.
struct ItemHeader {
    enum Parent {
        /// Taken from a neighbour.
        case inherited
        /// A root type, by where its name lies.
        case root(Range<Int>)
        /// The item that holds the type.
        case item(YID)
    }

    var origin: YID?
    var rightOrigin: YID?
    var parent: Parent = .inherited
    /// Where the map key lies.
    var parentSub: Range<Int>?
}

extension Lib0Decoder {
    @inline(__always)
    mutating func readID() throws(YjsError) -> YID {
        YID(client: try readVarUint(), clock: try readVarUint())
    }

    /// Reads what lies between an item's info byte and its content.
    mutating func readItemHeader(info: UInt8) throws(YjsError) -> ItemHeader {
        var header = ItemHeader()
        if info & InfoFlag.origin != 0 { header.origin = try readID() }
        if info & InfoFlag.rightOrigin != 0 { header.rightOrigin = try readID() }
        guard info & InfoFlag.neighbours == 0 else { return header }
        let start = position
        switch try readVarUint() {
        case 0: header.parent = .item(try readID())
        case 1: header.parent = .root(try skipString().range)
        case let flag: throw .invalidTag(UInt8(truncatingIfNeeded: flag), offset: start)
        }
        if info & InfoFlag.parentSub != 0 { header.parentSub = try skipString().range }
        return header
    }

    /// Skips a content and answers its length in clock units.
    mutating func skipContent(ref: UInt8) throws(YjsError) -> UInt64 {
        let start = position
        switch ref {
        case ContentRef.deleted: return try readVarUint()
        case ContentRef.json:
            let count = try readCount()
            for _ in 0..<count { _ = try skipString() }
            return UInt64(count)
        case ContentRef.binary: _ = try skipBuffer()
        case ContentRef.string: return UInt64(try skipString().utf16Length)
        case ContentRef.embed: _ = try skipString()
        case ContentRef.format:
            _ = try skipString()
            _ = try skipString()
        case ContentRef.type:
            let reference = try readVarUint()
            guard let kind = UInt8(exactly: reference).flatMap(YTypeKind.init(rawValue:)) else {
                throw .unknownType(reference, offset: start)
            }
            if kind.isNamed { _ = try skipString() }
        case ContentRef.any:
            let count = try readCount()
            for _ in 0..<count { try skipAny() }
            return UInt64(count)
        case ContentRef.doc:
            _ = try skipString()
            try skipAny()
        default: throw .unknownContent(ref, offset: start)
        }
        return 1
    }

    /// Reads one struct that starts at `clock` of `client`.
    mutating func readStruct(client: UInt64, clock: UInt64, source: UInt32) throws(YjsError) -> StructRecord {
        let start = position
        let info = try readByte()
        let ref = info & InfoFlag.refMask
        let length: UInt64
        if ref == ContentRef.gc || ref == ContentRef.skip {
            length = try readVarUint()
        } else {
            let header = try readItemHeader(info: info)
            func isForward(_ id: YID?) -> Bool {
                guard let id else { return false }
                return id.client == client && id.clock >= clock
            }
            if isForward(header.origin) || isForward(header.rightOrigin) { throw .forwardReference(offset: start) }
            if case .item(let id) = header.parent, isForward(id) { throw .forwardReference(offset: start) }
            length = try skipContent(ref: ref)
        }
        guard length > 0 else { throw .emptyStruct(offset: start) }
        guard length <= YLimits.maxInteger - clock else { throw .clockOverflow(offset: start) }
        return StructRecord(
            clock: clock,
            length: length,
            offset: UInt32(truncatingIfNeeded: start),
            end: UInt32(truncatingIfNeeded: position),
            source: source,
            info: info
        )
    }
}
