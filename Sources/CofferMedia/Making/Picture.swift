package import NIOCore

/// How a picture is encoded.
package enum PictureFormat: String, CaseIterable, Sendable {
    case webp, jpeg, png, gif, avif

    package var mediaType: String { "image/\(rawValue)" }

    /// - Returns: nil for formats in which no picture is kept.
    package init?(_ format: MediaFormat) {
        switch format {
        case .webp: self = .webp
        case .jpeg: self = .jpeg
        case .png: self = .png
        case .gif: self = .gif
        case .avif: self = .avif
        default: return nil
        }
    }
}

/// A picture ready to be kept and shown; it carries no metadata.
package struct Picture: Sendable {
    package let bytes: ByteBuffer
    package let format: PictureFormat
    package let width: Int
    package let height: Int

    package init(bytes: ByteBuffer, format: PictureFormat, width: Int, height: Int) {
        self.bytes = bytes
        self.format = format
        self.width = width
        self.height = height
    }
}

/// A moment in a video.
package enum VideoPosition: Hashable, Sendable {
    case seconds(Double)
    /// 0 to 100.
    case percent(Double)
}
