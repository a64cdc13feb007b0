extension ImageHeader {
    /// The first directory (TIFF 6.0, section 2), which is also what EXIF blocks are made of.
    mutating func readTIFF() async throws {
        let head = try await source.bytes(at: 0, count: 8)
        let isLittle = head[0] == 0x49
        guard let start = isLittle ? head.littleEndian32(at: 4) : head.bigEndian32(at: 4) else { return }
        let counter = try await source.bytes(at: Int64(start), count: 2)
        let count = (isLittle ? counter.littleEndian16(at: 0) : counter.bigEndian16(at: 0)) ?? 0
        let directory = try await source.bytes(at: Int64(start), count: 2 + 12 * count)
        let entries = ExifReader.Directory(bytes: directory, start: 0, isLittleEndian: isLittle)
        facts.width = entries.integer(256)
        facts.height = entries.integer(257)
        // Extra samples may be an alpha channel.
        facts.mayBeTransparent = entries.integer(338) != nil
        // Tags may lie anywhere; those near the beginning of the file are what cameras write.
        let block = try await source.bytes(at: 0, upTo: 1 << 16)
        if let orientation = entries.integer(274) {
            facts.exif["Orientation"] = .integer(Int64(orientation))
            facts.turn(by: orientation)
        }
        if let reader = ExifReader(block) { facts.exif.merge(reader.tags()) { first, _ in first } }
    }

    /// The item properties of the `meta` box (ISO/IEC 23008-12): the largest extent is that of the picture itself.
    mutating func readHEIF() async throws {
        guard let meta = try await box("meta", in: 0..<source.size),
            let properties = try await box("iprp", in: meta.lowerBound + 4..<meta.upperBound),
            let container = try await box("ipco", in: properties)
        else { throw MediaFailure.broken }
        var (area, isTurned) = (0, false)
        var offset = container.lowerBound
        for _ in 0..<Self.maxSteps {
            guard let (type, content) = try await box(at: offset, before: container.upperBound) else { break }
            switch type {
            case "ispe":
                let extent = try await source.bytes(at: content.lowerBound + 4, count: 8)
                let (width, height) = (extent.bigEndian32(at: 0) ?? 0, extent.bigEndian32(at: 4) ?? 0)
                if width.multipliedReportingOverflow(by: height).partialValue > area {
                    area = width * height
                    (facts.width, facts.height) = (width, height)
                }
            case "irot": isTurned = try await source.bytes(at: content.lowerBound, count: 1)[0] & 1 == 1
            case "auxC": facts.mayBeTransparent = true
            default: break
            }
            offset = content.upperBound
        }
        if isTurned { (facts.width, facts.height) = (facts.height, facts.width) }
    }

    /// The content of the first box of a type.
    private mutating func box(_ wanted: String, in range: Range<Int64>) async throws -> Range<Int64>? {
        var offset = range.lowerBound
        for _ in 0..<Self.maxSteps {
            guard let (type, content) = try await box(at: offset, before: range.upperBound) else { return nil }
            if type == wanted { return content }
            offset = content.upperBound
        }
        return nil
    }

    private mutating func box(at offset: Int64, before end: Int64) async throws -> (String, Range<Int64>)? {
        guard offset + 8 <= end else { return nil }
        let head = try await source.bytes(at: offset, upTo: 16)
        guard head.count >= 8, var length = head.bigEndian32(at: 0).map(Int64.init) else { return nil }
        var headBytes: Int64 = 8
        if length == 1, let high = head.bigEndian32(at: 8), let low = head.bigEndian32(at: 12), high < 1 << 30 {
            length = Int64(high) << 32 | Int64(low)
            headBytes = 16
        } else if length == 0 {
            length = end - offset
        }
        guard length >= headBytes, length <= end - offset else { return nil }
        return (String(decoding: head[4..<8], as: UTF8.self), offset + headBytes..<offset + length)
    }
}
