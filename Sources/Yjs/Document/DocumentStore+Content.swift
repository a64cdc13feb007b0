extension DocumentStore {
    /// Copies a content into the arena, without its first `cut` units.
    mutating func readContent(_ decoder: inout Lib0Decoder, into item: inout Item, cut: UInt64) throws(YjsError) {
        if item.kind == ContentRef.deleted { return }
        if item.kind == ContentRef.type {
            item.content = try readType(&decoder)
            return
        }
        let start = arena.bytes.count
        switch item.kind {
        case ContentRef.string:
            let range = try decoder.skipBuffer()
            if cut > 0 {
                appendText(decoder.bytes, range, cut: Int(cut), utf16Length: item.length + cut)
            } else {
                arena.append(decoder.bytes, range)
            }
        case ContentRef.any, ContentRef.json:
            _ = try decoder.readVarUint()
            let body = decoder.position..<decoder.end
            let first =
                cut == 0
                ? body.lowerBound : ElementList.offset(of: Int(cut), in: decoder.bytes, body, ref: item.kind)
            arena.append(decoder.bytes, first..<body.upperBound)
        default:
            arena.append(decoder.bytes, decoder.position..<decoder.end)
        }
        item.content = UInt32(start)
        item.contentBytes = UInt32(arena.bytes.count - start)
    }

    private mutating func appendText(_ bytes: [UInt8], _ range: Range<Int>, cut: Int, utf16Length: UInt64) {
        let place = UTF8Text.cut(bytes, range, after: cut, utf16Length: utf16Length)
        var first = place.offset
        if place.isInsidePair {
            arena.append(UTF8Text.replacement)
            first = min(first + 4, range.upperBound)
        }
        arena.append(bytes, first..<range.upperBound)
    }

    private mutating func readType(_ decoder: inout Lib0Decoder) throws(YjsError) -> UInt32 {
        let start = decoder.position
        let reference = try decoder.readVarUint()
        guard let kind = UInt8(exactly: reference).flatMap(YTypeKind.init(rawValue:)) else {
            throw .unknownType(reference, offset: start)
        }
        var record = TypeRecord(kind: kind)
        if kind.isNamed {
            let name = try decoder.skipString().range
            record.name = keys.intern(decoder.bytes[name])
        }
        return types.add(record)
    }

    /// Writes an item's struct without its first `cut` units.
    func writeStruct(_ ref: ItemRef, cut: UInt64, into encoder: inout Lib0Encoder) {
        let item = items[Int(ref)]
        if item.isGC {
            encoder.writeByte(ContentRef.gc)
            encoder.writeVarUint(item.length - cut)
            return
        }
        let hasOrigin = cut > 0 || item.originClient != absent
        let hasRight = item.rightOriginClient != absent
        encoder.writeByte(
            item.kind | (hasOrigin ? InfoFlag.origin : 0) | (hasRight ? InfoFlag.rightOrigin : 0)
                | (item.parentSub != absent ? InfoFlag.parentSub : 0)
        )
        if hasOrigin {
            encoder.writeVarUint(clientIDs[cut > 0 ? item.client : item.originClient])
            encoder.writeVarUint(cut > 0 ? item.clock + cut - 1 : item.originClock)
        }
        if hasRight {
            encoder.writeVarUint(clientIDs[item.rightOriginClient])
            encoder.writeVarUint(item.rightOriginClock)
        }
        if !hasOrigin, !hasRight { writeParent(of: item, into: &encoder) }
        writeContent(of: item, cut: cut, into: &encoder)
    }

    private func writeParent(of item: Item, into encoder: inout Lib0Encoder) {
        let parent = types[item.parent]
        if parent.item == absent {
            encoder.writeByte(1)
            writeKey(parent.name, into: &encoder)
        } else {
            encoder.writeByte(0)
            encoder.writeVarUint(clientIDs[items[Int(parent.item)].client])
            encoder.writeVarUint(items[Int(parent.item)].clock)
        }
        if item.parentSub != absent { writeKey(item.parentSub, into: &encoder) }
    }

    private func writeKey(_ key: UInt32, into encoder: inout Lib0Encoder) {
        let bytes = keys[key]
        encoder.writeVarUint(UInt64(bytes.count))
        encoder.bytes.append(contentsOf: bytes)
    }

    private func writeContent(of item: Item, cut: UInt64, into encoder: inout Lib0Encoder) {
        let range = item.contentRange
        switch item.kind {
        case ContentRef.deleted:
            encoder.writeVarUint(item.length - cut)
        case ContentRef.string:
            if cut == 0 {
                encoder.writeBuffer(arena.bytes, range)
            } else {
                let length = item.length
                StructWriter.writeString(arena.bytes, range, cut: Int(cut), utf16Length: length, into: &encoder)
            }
        case ContentRef.any, ContentRef.json:
            encoder.writeVarUint(item.length - cut)
            let first = ElementList.offset(of: Int(cut), in: arena.bytes, range, ref: item.kind)
            encoder.copy(arena.bytes, first..<range.upperBound)
        case ContentRef.type:
            let type = types[item.content]
            encoder.writeVarUint(UInt64(type.kind?.rawValue ?? 0))
            if type.kind?.isNamed == true { writeKey(type.name, into: &encoder) }
        default:
            encoder.copy(arena.bytes, range)
        }
    }
}
