extension Media {
    /// How much of a file an animated thumbnail shows.
    private static let (maxSeconds, videoSeconds, framesPerSecond) = (15, 4, 8)

    /// A small animated WebP of an animated image, or of the beginning of a video.
    ///
    /// - Throws: ``MediaFailure``: `unsupported` for what does not move.
    package func animation(of input: MediaInput, longestEdge: Int) async throws -> Picture {
        guard let found = try await format(of: input) else { throw MediaFailure.unsupported }
        switch found.kind {
        case .audio: throw MediaFailure.unsupported
        case .video:
            return try await animate(
                found,
                input,
                longestEdge,
                filter: "fps=\(Self.framesPerSecond),",
                for: Self.videoSeconds
            )
        case .image: break
        }
        guard try await decodable(found, input).isAnimated else { throw MediaFailure.unsupported }
        switch found {
        case .gif: return try await animate(found, input, longestEdge, filter: "", for: Self.maxSeconds)
        // ffmpeg does not read it.
        case .webp: return try await shrink(input, longestEdge, loading: "[n=-1]", to: .webp, quality: 60)
        default: throw MediaFailure.unsupported
        }
    }

    private func animate(
        _ found: MediaFormat,
        _ input: MediaInput,
        _ longestEdge: Int,
        filter: String,
        for seconds: Int
    ) async throws -> Picture {
        try await withTool(.ffmpeg, input) { file, folder in
            let path = "\(folder)/moving.webp"
            let arguments =
                self.decoding(found.demuxer ?? "", from: 0)
                + ["-map", "0:v:0", "-an", "-sn", "-dn", "-t", "\(seconds)"]
                + ["-vf", filter + Self.scaling(longestEdge), "-map_metadata", "-1", "-map_chapters", "-1"]
                + [
                    "-threads", "1", "-c:v", "libwebp_anim", "-quality", "60", "-loop", "0", "-f", "webp",
                    "file:\(path)",
                ]
            _ = try await self.run(.ffmpeg, arguments, input: file, in: folder)
            return try await self.picture(at: path, .webp)
        }
    }
}
