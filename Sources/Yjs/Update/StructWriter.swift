/// Writes structs of scanned updates into a new update.
enum StructWriter {
    /// Whether an item with this info byte has a neighbour, from which its map key would have to be learnt.
    @inline(__always)
    static func losesParentSub(_ info: UInt8) -> Bool {
        info & InfoFlag.neighbours != 0 && info & InfoFlag.parentSub != 0
    }

    /// Copies a struct without the first `cut` units.
    ///
    /// Whether an item with a neighbour has a map key is not known from bytes alone, so bit 5 is written as 0 there.
    static func write(
        _ record: StructRecord,
        of client: UInt64,
        from source: [UInt8],
        cut: UInt64,
        into encoder: inout Lib0Encoder
    ) {
        guard cut > 0 else {
            encoder.writeByte(losesParentSub(record.info) ? record.info & ~InfoFlag.parentSub : record.info)
            encoder.copy(source, Int(record.offset) + 1..<Int(record.end))
            return
        }
        if record.isGC || record.isSkip {
            encoder.writeByte(record.info)
            encoder.writeVarUint(record.length - cut)
            return
        }
        var decoder = Lib0Decoder(source, Int(record.offset) + 1..<Int(record.end))
        // The bytes were checked when the update was scanned.
        guard let header = try? decoder.readItemHeader(info: record.info) else { return }
        let sub = header.parentSub == nil ? 0 : InfoFlag.parentSub
        encoder.writeByte(record.ref | InfoFlag.origin | record.info & InfoFlag.rightOrigin | sub)
        encoder.writeVarUint(client)
        encoder.writeVarUint(record.clock + cut - 1)
        if let right = header.rightOrigin {
            encoder.writeVarUint(right.client)
            encoder.writeVarUint(right.clock)
        }
        writeContent(&decoder, record, cut: cut, into: &encoder)
    }

    /// Copies a splittable content, read from its count or length on, without its first `cut` units.
    private static func writeContent(
        _ decoder: inout Lib0Decoder,
        _ record: StructRecord,
        cut: UInt64,
        into encoder: inout Lib0Encoder
    ) {
        let rest = record.length - cut
        guard record.ref != ContentRef.deleted, let count = try? decoder.readVarUint() else {
            encoder.writeVarUint(rest)
            return
        }
        let body = decoder.position..<Int(record.end)
        if record.ref == ContentRef.string {
            let range = body.lowerBound..<min(body.upperBound, body.lowerBound + Int(count))
            writeString(decoder.bytes, range, cut: Int(cut), utf16Length: record.length, into: &encoder)
        } else {
            encoder.writeVarUint(rest)
            let start = ElementList.offset(of: Int(cut), in: decoder.bytes, body, ref: record.ref)
            encoder.copy(decoder.bytes, start..<body.upperBound)
        }
    }

    /// Writes text without its first `cut` UTF-16 units; the rest of a divided pair becomes U+FFFD.
    static func writeString(
        _ bytes: [UInt8],
        _ range: Range<Int>,
        cut: Int,
        utf16Length: UInt64,
        into encoder: inout Lib0Encoder
    ) {
        let place = UTF8Text.cut(bytes, range, after: cut, utf16Length: utf16Length)
        guard place.isInsidePair else {
            encoder.writeBuffer(bytes, place.offset..<range.upperBound)
            return
        }
        let rest = min(place.offset + 4, range.upperBound)..<range.upperBound
        encoder.writeVarUint(UInt64(rest.count + UTF8Text.replacement.count))
        encoder.bytes.append(contentsOf: UTF8Text.replacement)
        encoder.copy(bytes, rest)
    }
}

/// Elements of a JSON or Any content, one after the other without a count.
enum ElementList {
    /// Offset of the element number `index` in bytes that were checked before.
    static func offset(of index: Int, in bytes: [UInt8], _ range: Range<Int>, ref: UInt8) -> Int {
        var decoder = Lib0Decoder(bytes, range)
        for _ in 0..<index {
            do throws(YjsError) {
                if ref == ContentRef.json {
                    _ = try decoder.skipBuffer()
                } else {
                    try decoder.skipAny()
                }
            } catch {
                return range.upperBound
            }
        }
        return decoder.position
    }
}
