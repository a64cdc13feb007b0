import NIOCore

/// Takes EXIF, XMP and colour profiles out of a WebP file.
///
/// libvips 8.14 writes them whatever `strip` says. Pixels are sRGB when we come here, so no profile is missed.
enum WebPMetadata {
    private static let unwanted: Set<String> = ["EXIF", "XMP ", "ICCP"]
    /// The bits of VP8X that announce them (RFC 9649, section 2.7).
    private static let announcing: UInt8 = 0x20 | 0x08 | 0x04

    /// - Returns: nil for bytes whose chunks do not fit together.
    static func removed(from file: ByteBuffer) -> ByteBuffer? {
        var rest = file
        guard rest.readString(length: 4) == "RIFF", rest.readInteger(endianness: .little, as: UInt32.self) != nil,
            rest.readString(length: 4) == "WEBP"
        else { return nil }
        var chunks = ByteBuffer()
        while rest.readableBytes >= 8 {
            guard let name = rest.readString(length: 4),
                let length = rest.readInteger(endianness: .little, as: UInt32.self).map(Int.init),
                var content = rest.readSlice(length: length)
            else { return nil }
            // The last chunk may come without its padding.
            if length & 1 == 1, rest.readableBytes > 0 { rest.moveReaderIndex(forwardBy: 1) }
            guard !unwanted.contains(name) else { continue }
            if name == "VP8X", let flags = content.getInteger(at: content.readerIndex, as: UInt8.self) {
                content.setInteger(flags & ~announcing, at: content.readerIndex)
            }
            chunks.writeString(name)
            chunks.writeInteger(UInt32(length), endianness: .little)
            chunks.writeBuffer(&content)
            if length & 1 == 1 { chunks.writeInteger(UInt8(0)) }
        }
        var cleaned = ByteBuffer(string: "RIFF")
        cleaned.writeInteger(UInt32(chunks.readableBytes + 4), endianness: .little)
        cleaned.writeString("WEBP")
        cleaned.writeBuffer(&chunks)
        return cleaned
    }
}
