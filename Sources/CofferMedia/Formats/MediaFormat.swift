/// A format that we open, told from a file's first bytes and never from its name.
///
/// What is not listed is not opened: no SVG, no PDF, no playlists, nothing that can name other files.
package enum MediaFormat: String, CaseIterable, Sendable {
    case jpeg, png, webp, gif, tiff, avif, heif
    case mp4, matroska, avi, mpegProgram, mpegTransport, flv
    case mp3, flac, wav, ogg

    package enum Kind: Sendable {
        case image, video, audio
    }

    package var kind: Kind {
        switch self {
        case .jpeg, .png, .webp, .gif, .tiff, .avif, .heif: .image
        case .mp4, .matroska, .avi, .mpegProgram, .mpegTransport, .flv, .ogg: .video
        case .mp3, .flac, .wav: .audio
        }
    }

    /// The demultiplexer that ffmpeg is told to use, so that it never chooses one itself; nil for still images.
    var demuxer: String? {
        switch self {
        case .gif: "gif"
        case .mp4: "mov"
        case .matroska: "matroska"
        case .avi: "avi"
        case .mpegProgram: "mpeg"
        case .mpegTransport: "mpegts"
        case .flv: "flv"
        case .ogg: "ogg"
        case .mp3: "mp3"
        case .flac: "flac"
        case .wav: "wav"
        case .jpeg, .png, .webp, .tiff, .avif, .heif: nil
        }
    }

    /// As many first bytes as ``init(head:)`` looks at.
    static let headBytes = 4096

    /// - Returns: nil for bytes of another format.
    package init?(head: [UInt8]) {
        func has(_ text: StaticString, at offset: Int = 0) -> Bool {
            guard head.count >= offset + text.utf8CodeUnitCount else { return false }
            return text.withUTF8Buffer { $0.elementsEqual(head[offset..<offset + $0.count]) }
        }
        func starts(_ bytes: [UInt8]) -> Bool { head.starts(with: bytes) }

        if starts([0xFF, 0xD8, 0xFF]) {
            self = .jpeg
        } else if starts([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if has("GIF87a") || has("GIF89a") {
            self = .gif
        } else if starts([0x49, 0x49, 42, 0]) || starts([0x4D, 0x4D, 0, 42]) {
            self = .tiff
        } else if has("RIFF") {
            guard let format = Self.riff(has) else { return nil }
            self = format
        } else if has("ftyp", at: 4) {
            self = Self.isoMedia(head)
        } else if starts([0x1A, 0x45, 0xDF, 0xA3]) {
            self = .matroska
        } else if has("OggS") {
            self = .ogg
        } else if has("fLaC") {
            self = .flac
        } else if has("ID3") || Self.isMP3Frame(head) {
            self = .mp3
        } else if starts([0x46, 0x4C, 0x56, 1]) {
            self = .flv
        } else if starts([0, 0, 1, 0xBA]) {
            self = .mpegProgram
        } else if Self.isTransportStream(head) {
            self = .mpegTransport
        } else {
            return nil
        }
    }

    private static func riff(_ has: (StaticString, Int) -> Bool) -> MediaFormat? {
        if has("WEBP", 8) { return .webp }
        if has("AVI ", 8) { return .avi }
        return has("WAVE", 8) ? .wav : nil
    }

    /// By the brands of the file type box (ISO/IEC 14496-12, section 4.3).
    private static func isoMedia(_ head: [UInt8]) -> MediaFormat {
        let length = min(head.count, max(16, head.bigEndian32(at: 0) ?? 0))
        var brands: [String] = []
        for offset in stride(from: 8, to: length - 3, by: 4) where offset != 12 {
            brands.append(String(decoding: head[offset..<offset + 4], as: UTF8.self))
        }
        if brands.contains("avif") || brands.contains("avis") { return .avif }
        let still: Set<String> = ["heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1"]
        return brands.contains(where: still.contains) ? .heif : .mp4
    }

    private static func isMP3Frame(_ head: [UInt8]) -> Bool {
        // Synchronization, MPEG 1, 2 or 2.5, layer III, a bit rate and a sampling rate that exist.
        guard head.count > 3, head[0] == 0xFF, head[1] & 0xE0 == 0xE0 else { return false }
        return head[1] & 0x18 != 0x08 && head[1] & 0x06 == 0x02 && head[2] & 0xF0 != 0xF0 && head[2] & 0x0C != 0x0C
    }

    private static func isTransportStream(_ head: [UInt8]) -> Bool {
        guard head.count >= 4 * 188 + 1 else { return false }
        return (0..<4).allSatisfy { head[$0 * 188] == 0x47 }
    }
}
