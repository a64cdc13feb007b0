import NIOCore

extension Media {
    /// A still picture of a file: an image made smaller, a frame from the beginning of a video, or the cover of a song.
    ///
    /// Orientation is applied, colours become sRGB, metadata goes; a picture is never enlarged. JPEG stands for PNG
    /// where pixels may be transparent.
    ///
    /// - Parameters:
    ///   - input: the file.
    ///   - longestEdge: in pixels, of what comes out.
    ///   - format: `webp` or `jpeg`.
    /// - Returns: the picture in that format, or in PNG.
    /// - Throws: ``MediaFailure``.
    package func thumbnail(of input: MediaInput, longestEdge: Int, as format: PictureFormat) async throws -> Picture {
        guard let found = try await self.format(of: input) else { throw MediaFailure.unsupported }
        guard found.kind == .image else {
            return try await frame(of: input, found, at: nil, longestEdge: longestEdge, as: format)
        }
        let facts = try await decodable(found, input)
        let output: PictureFormat = format == .jpeg && facts.mayBeTransparent ? .png : format
        return try await shrink(input, longestEdge, to: output)
    }

    /// `vipsthumbnail` would do, but cannot be told to fail where an image is cut off.
    func shrink(
        _ input: MediaInput,
        _ longestEdge: Int,
        loading: String = "",
        to format: PictureFormat,
        quality: Int = 80
    ) async throws -> Picture {
        try await withTool(.vips, input) { file, folder in
            let path = "\(folder)/picture.\(format.rawValue)"
            let saving = format == .png ? "strip" : "strip,Q=\(quality)"
            let arguments = [
                "thumbnail", ToolRun.inputPath + loading, "\(path)[\(saving)]", "\(longestEdge)",
                "--height", "\(longestEdge)", "--size", "down", "--fail-on", "truncated", "--export-profile", "srgb",
            ]
            _ = try await self.run(.vips, arguments, input: file, in: folder)
            return try await self.picture(at: path, format)
        }
    }

    /// Makes a picture of one pixel, to see whether tools can be run here at all.
    ///
    /// - Throws: ``MediaFailure``.
    package func tryOut() async throws {
        let pixel: [UInt8] = [
            0x47, 0x49, 0x46, 0x38, 0x39, 0x61, 1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF, 0x2C, 0, 0, 0, 0, 1,
            0,
            1, 0, 0, 2, 2, 0x44, 1, 0, 0x3B,
        ]
        _ = try await thumbnail(of: MediaInput(ByteBuffer(bytes: pixel)), longestEdge: 16, as: .webp)
    }
}
