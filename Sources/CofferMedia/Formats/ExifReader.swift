/// Reads the tags of an EXIF block (CIPA DC-008), which is a small TIFF file.
struct ExifReader {
    /// A list of tags; every offset is checked where it is used.
    struct Directory {
        let bytes: [UInt8]
        let start: Int
        let isLittleEndian: Bool

        func integer16(_ offset: Int) -> Int? {
            isLittleEndian ? bytes.littleEndian16(at: offset) : bytes.bigEndian16(at: offset)
        }

        func integer32(_ offset: Int) -> Int? {
            isLittleEndian ? bytes.littleEndian32(at: offset) : bytes.bigEndian32(at: offset)
        }

        /// Where the entry of a tag stands.
        func entry(_ tag: Int) -> Int? {
            guard let count = integer16(start) else { return nil }
            return (0..<count).lazy.map { start + 2 + 12 * $0 }.first { integer16($0) == tag }
        }

        /// A single SHORT or LONG.
        func integer(_ tag: Int) -> Int? {
            guard let entry = entry(tag), let type = integer16(entry + 2) else { return nil }
            return type == 3 ? integer16(entry + 8) : type == 4 ? integer32(entry + 8) : nil
        }
    }

    private let root: Directory

    /// - Returns: nil for bytes that are no TIFF structure.
    init?(_ block: [UInt8]) {
        let isLittle = block.starts(with: [0x49, 0x49, 42, 0])
        guard isLittle || block.starts(with: [0x4D, 0x4D, 0, 42]) else { return nil }
        guard let start = isLittle ? block.littleEndian32(at: 4) : block.bigEndian32(at: 4) else { return nil }
        root = Directory(bytes: block, start: start, isLittleEndian: isLittle)
    }

    func tags() -> [String: ExifValue] {
        var tags = values(in: root, ExifTags.image)
        if let start = root.integer(0x8769) { tags.merge(values(in: directory(start), ExifTags.photo)) { $1 } }
        if let start = root.integer(0x8825) {
            let gps = directory(start)
            tags.merge(values(in: gps, ExifTags.place)) { $1 }
            tags["GPSLatitude"] = degrees(2, 1, negative: "S", in: gps)
            tags["GPSLongitude"] = degrees(4, 3, negative: "W", in: gps)
        }
        return tags
    }

    private func directory(_ start: Int) -> Directory {
        Directory(bytes: root.bytes, start: start, isLittleEndian: root.isLittleEndian)
    }

    private func values(in directory: Directory, _ names: [Int: String]) -> [String: ExifValue] {
        var values: [String: ExifValue] = [:]
        for (tag, name) in names {
            if let entry = directory.entry(tag), let value = value(at: entry, in: directory) { values[name] = value }
        }
        return values
    }

    private func value(at entry: Int, in directory: Directory) -> ExifValue? {
        guard let type = directory.integer16(entry + 2), let count = directory.integer32(entry + 4) else { return nil }
        switch type {
        case 2: return text(at: entry, count: count, in: directory)
        case 3 where count >= 1:
            let offset = count <= 2 ? entry + 8 : directory.integer32(entry + 8)
            return offset.flatMap(directory.integer16).map { .integer(Int64($0)) }
        case 4 where count == 1: return directory.integer32(entry + 8).map { .integer(Int64($0)) }
        case 5 where count == 1, 10 where count == 1:
            return directory.integer32(entry + 8).flatMap { ratio(at: $0, isSigned: type == 10, in: directory) }
                .map(ExifValue.number)
        default: return nil
        }
    }

    /// Up to 200 characters that can be shown.
    private func text(at entry: Int, count: Int, in directory: Directory) -> ExifValue? {
        guard (1...4096).contains(count) else { return nil }
        guard let offset = count <= 4 ? entry + 8 : directory.integer32(entry + 8) else { return nil }
        guard offset >= 0, offset + count <= directory.bytes.count else { return nil }
        let raw = directory.bytes[offset..<offset + count].prefix { $0 != 0 }
        let text = String(decoding: raw.filter { $0 >= 0x20 && $0 != 0x7F }, as: UTF8.self)
        let first = text.drop { $0 == " " }.prefix(200)
        return first.isEmpty ? nil : .text(String(first))
    }

    private func ratio(at offset: Int, isSigned: Bool, in directory: Directory) -> Double? {
        guard let over = directory.integer32(offset), let under = directory.integer32(offset + 4), under != 0 else {
            return nil
        }
        guard isSigned else { return Double(over) / Double(under) }
        return Double(Int32(truncatingIfNeeded: over)) / Double(Int32(truncatingIfNeeded: under))
    }

    /// Degrees, minutes and seconds as one number; south and west are negative.
    private func degrees(_ tag: Int, _ reference: Int, negative: String, in directory: Directory) -> ExifValue? {
        guard let entry = directory.entry(tag), directory.integer16(entry + 2) == 5,
            directory.integer32(entry + 4) == 3, let offset = directory.integer32(entry + 8)
        else { return nil }
        let parts = (0..<3).map { ratio(at: offset + 8 * $0, isSigned: false, in: directory) }
        guard let whole = parts[0] else { return nil }
        let value = whole + (parts[1] ?? 0) / 60 + (parts[2] ?? 0) / 3600
        guard value <= 180 else { return nil }
        let side = directory.entry(reference).flatMap { self.value(at: $0, in: directory) }
        return .number(side == .text(negative) ? -value : value)
    }
}

/// The tags that are told, by the names that the standard gives them.
enum ExifTags {
    static let image: [Int: String] = [
        0x010E: "ImageDescription", 0x010F: "Make", 0x0110: "Model", 0x0112: "Orientation", 0x0131: "Software",
        0x0132: "DateTime", 0x013B: "Artist", 0x8298: "Copyright",
    ]
    static let photo: [Int: String] = [
        0x829A: "ExposureTime", 0x829D: "FNumber", 0x8822: "ExposureProgram", 0x8827: "ISOSpeedRatings",
        0x9003: "DateTimeOriginal", 0x9004: "DateTimeDigitized", 0x9010: "OffsetTime", 0x9011: "OffsetTimeOriginal",
        0x9204: "ExposureBiasValue", 0x9207: "MeteringMode", 0x9209: "Flash", 0x920A: "FocalLength",
        0xA001: "ColorSpace", 0xA402: "ExposureMode", 0xA403: "WhiteBalance", 0xA405: "FocalLengthIn35mmFilm",
        0xA433: "LensMake", 0xA434: "LensModel",
    ]
    static let place: [Int: String] = [0x0006: "GPSAltitude", 0x001D: "GPSDateStamp"]
}
