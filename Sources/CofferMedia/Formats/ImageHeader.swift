/// Reads what an image says of itself in its headers, without decoding a pixel and without any tool.
///
/// All walking is bounded: by the input's size, and by a number of steps that no honest file needs.
struct ImageHeader {
    static let maxSteps = 2_000
    /// Pieces of at most 255 bytes in which a GIF's first frame may come.
    private static let maxSubBlocks = 1 << 18

    var source: ByteSource
    var facts: MediaReport
    private var subBlocks = 0

    /// - Throws: ``MediaFailure/broken`` for headers that end early or make no sense.
    static func read(_ format: MediaFormat, _ source: ByteSource) async throws -> MediaReport {
        var header = ImageHeader(source: source, facts: MediaReport(format: format))
        switch format {
        case .jpeg: try await header.readJPEG()
        case .png: try await header.readPNG()
        case .gif: try await header.readGIF()
        case .webp: try await header.readWebP()
        case .tiff: try await header.readTIFF()
        case .avif, .heif: try await header.readHEIF()
        default: throw MediaFailure.unsupported
        }
        guard let width = header.facts.width, let height = header.facts.height, width > 0, height > 0 else {
            throw MediaFailure.broken
        }
        return header.facts
    }

    /// Takes the tags of an EXIF block, and its orientation.
    mutating func take(exif block: [UInt8]) {
        guard let reader = ExifReader(block) else { return }
        let tags = reader.tags()
        facts.exif.merge(tags) { first, _ in first }
        if case .integer(let orientation)? = tags["Orientation"] { facts.turn(by: Int(orientation)) }
    }
}

// MARK: JPEG

extension ImageHeader {
    /// Markers up to the frame header (ITU-T T.81, annex B); EXIF stands in an APP1 segment before it.
    private mutating func readJPEG() async throws {
        var offset: Int64 = 2
        var exif: [UInt8]?
        for _ in 0..<Self.maxSteps {
            let marker = try await source.bytes(at: offset, count: 4)
            guard marker[0] == 0xFF else { throw MediaFailure.broken }
            if marker[1] == 0xFF {
                offset += 1
                continue
            }
            guard let length = marker.bigEndian16(at: 2), length >= 2 else { throw MediaFailure.broken }
            switch marker[1] {
            case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
                let frame = try await source.bytes(at: offset + 4, count: 5)
                facts.height = frame.bigEndian16(at: 1)
                facts.width = frame.bigEndian16(at: 3)
                if let exif { take(exif: exif) }
                return
            case 0xE1 where exif == nil:
                let segment = try await source.bytes(at: offset + 4, count: length - 2)
                if segment.starts(with: Array("Exif\0\0".utf8)) { exif = Array(segment.dropFirst(6)) }
            case 0xD9, 0xDA: throw MediaFailure.broken
            default: break
            }
            offset += 2 + Int64(length)
        }
        throw MediaFailure.broken
    }
}

// MARK: PNG

extension ImageHeader {
    /// Chunks up to the pixels; `eXIf` after them is not looked for.
    private mutating func readPNG() async throws {
        var offset: Int64 = 8
        for step in 0..<Self.maxSteps {
            let head = try await source.bytes(at: offset, count: 8)
            guard let length = head.bigEndian32(at: 0), length <= 0x7FFF_FFFF else { throw MediaFailure.broken }
            let type = String(decoding: head[4...], as: UTF8.self)
            guard (step == 0) == (type == "IHDR") else { throw MediaFailure.broken }
            switch type {
            case "IHDR":
                let header = try await source.bytes(at: offset + 8, count: 13)
                facts.width = header.bigEndian32(at: 0)
                facts.height = header.bigEndian32(at: 4)
                facts.mayBeTransparent = header[9] & 4 != 0
            case "tRNS": facts.mayBeTransparent = true
            case "acTL": facts.isAnimated = true
            case "eXIf" where length <= 1 << 16: take(exif: try await source.bytes(at: offset + 8, count: length))
            case "IDAT", "IEND": return
            default: break
            }
            offset += 12 + Int64(length)
        }
        throw MediaFailure.broken
    }
}

// MARK: GIF

extension ImageHeader {
    /// The logical screen, and whether a second frame follows the first.
    private mutating func readGIF() async throws {
        let screen = try await source.bytes(at: 6, count: 7)
        facts.width = screen.littleEndian16(at: 0)
        facts.height = screen.littleEndian16(at: 2)
        facts.mayBeTransparent = true
        var offset: Int64 = 13 + Self.tableBytes(screen[4])
        var frames = 0
        for _ in 0..<Self.maxSteps {
            // What is cut off in the middle is for the decoder to refuse.
            guard let kind = try await source.bytes(at: offset, upTo: 1).first else { return }
            switch kind {
            case 0x2C:
                frames += 1
                if frames == 2 {
                    facts.isAnimated = true
                    return
                }
                let descriptor = try await source.bytes(at: offset + 1, upTo: 9)
                guard descriptor.count == 9 else { return }
                offset += 11 + Self.tableBytes(descriptor[8])
            case 0x21: offset += 2
            default: return
            }
            guard let end = try await skipSubBlocks(from: offset) else { return }
            offset = end
        }
    }

    private static func tableBytes(_ flags: UInt8) -> Int64 {
        flags & 0x80 == 0 ? 0 : 3 << Int64((flags & 7) + 1)
    }

    /// - Returns: nil where the file ends before they do, or they are too many.
    private mutating func skipSubBlocks(from start: Int64) async throws -> Int64? {
        var offset = start
        while subBlocks < Self.maxSubBlocks, let length = try await source.bytes(at: offset, upTo: 1).first {
            subBlocks += 1
            offset += 1 + Int64(length)
            if length == 0 { return offset }
            guard offset <= source.size else { return nil }
        }
        return nil
    }
}

// MARK: WebP

extension ImageHeader {
    /// RIFF chunks; the first says which of three forms it is (RFC 9649, section 2).
    private mutating func readWebP() async throws {
        var offset: Int64 = 12
        for _ in 0..<Self.maxSteps {
            let head = try await source.bytes(at: offset, upTo: 8)
            guard head.count == 8, let length = head.littleEndian32(at: 4) else { break }
            switch String(decoding: head[..<4], as: UTF8.self) {
            case "VP8X":
                let header = try await source.bytes(at: offset + 8, count: 10)
                facts.width = header.littleEndian24(at: 4).map { $0 + 1 }
                facts.height = header.littleEndian24(at: 7).map { $0 + 1 }
                facts.mayBeTransparent = header[0] & 0x10 != 0
                facts.isAnimated = header[0] & 0x02 != 0
                guard header[0] & 0x08 != 0 else { return }
            case "VP8 " where facts.width == nil:
                let header = try await source.bytes(at: offset + 8, count: 10)
                facts.width = header.littleEndian16(at: 6).map { $0 & 0x3FFF }
                facts.height = header.littleEndian16(at: 8).map { $0 & 0x3FFF }
                return
            case "VP8L" where facts.width == nil:
                let bits = try await source.bytes(at: offset + 9, count: 4).littleEndian32(at: 0) ?? 0
                facts.width = bits & 0x3FFF + 1
                facts.height = bits >> 14 & 0x3FFF + 1
                facts.mayBeTransparent = true
                return
            case "EXIF" where length <= 1 << 16:
                let block = try await source.bytes(at: offset + 8, count: length)
                take(exif: block.starts(with: Array("Exif\0\0".utf8)) ? Array(block.dropFirst(6)) : block)
                return
            default: break
            }
            offset += 8 + Int64(length) + Int64(length & 1)
            guard offset <= source.size else { break }
        }
    }
}
