extension Media {
    /// One frame of a video or of an animated GIF.
    ///
    /// A moment after the end gives the last frame that can be found, one before the start the first.
    ///
    /// - Throws: ``MediaFailure``: `unsupported` for still images.
    package func frame(
        of input: MediaInput,
        at position: VideoPosition,
        longestEdge: Int,
        as format: PictureFormat
    ) async throws -> Picture {
        guard let found = try await self.format(of: input), found.kind == .video else { throw MediaFailure.unsupported }
        return try await frame(of: input, found, at: position, longestEdge: longestEdge, as: format)
    }

    /// `position`: nil for the frame that stands for the whole.
    func frame(
        of input: MediaInput,
        _ found: MediaFormat,
        at position: VideoPosition?,
        longestEdge: Int,
        as format: PictureFormat
    ) async throws -> Picture {
        let output: PictureFormat = format == .webp ? .webp : .jpeg
        return try await withTool(.ffmpeg, input) { file, folder in
            let facts = try? await self.probe(found, file, in: folder)
            if facts?.hasPicture == false { throw MediaFailure.unsupported }
            let length = facts?.duration.map(Self.seconds) ?? 0
            let moment = Self.moment(position, length: length, isStill: found.kind == .audio)
            let wanted = FrameWish(demuxer: found.demuxer ?? "", longestEdge: longestEdge, format: output)
            do {
                return try await self.grab(wanted, at: moment, file, in: folder)
            } catch MediaFailure.broken where moment > 0 {
                // Lengths lie, and the last frames of a cut file are missing.
                return try await self.grab(wanted, at: 0, file, in: folder)
            }
        }
    }

    private struct FrameWish {
        let demuxer: String
        let longestEdge: Int
        let format: PictureFormat
    }

    private func grab(_ wish: FrameWish, at moment: Double, _ file: CInt, in folder: String) async throws -> Picture {
        let path = "\(folder)/frame.\(wish.format.rawValue)"
        let encoder =
            wish.format == .webp
            ? ["-c:v", "libwebp", "-quality", "80", "-f", "webp"]
            : ["-c:v", "mjpeg", "-q:v", "3", "-pix_fmt", "yuvj420p", "-strict", "unofficial", "-f", "mjpeg"]
        let arguments =
            decoding(wish.demuxer, from: moment)
            + ["-map", "0:v:0", "-an", "-sn", "-dn", "-frames:v", "1", "-vf", Self.scaling(wish.longestEdge)]
            + ["-map_metadata", "-1", "-map_chapters", "-1", "-threads", "1"] + encoder + ["file:\(path)"]
        _ = try await run(.ffmpeg, arguments, input: file, in: folder)
        return try await picture(at: path, wish.format)
    }

    /// How ffmpeg opens its input: by the demultiplexer that we name, and with nothing but this one file.
    func decoding(_ demuxer: String, from moment: Double) -> [String] {
        [
            "-nostdin", "-hide_banner", "-loglevel", "error", "-y", "-protocol_whitelist", "file", "-threads", "1",
            "-max_pixels", "\(limits.maxPixels)", "-f", demuxer, "-ss", "\(moment)", "-i", "file:\(ToolRun.inputPath)",
        ]
    }

    static func scaling(_ edge: Int) -> String {
        "scale=w='max(1,min(\(edge),trunc(iw*if(sar,sar,1))))':h='min(\(edge),ih)':force_original_aspect_ratio=decrease,setsar=1"
    }

    private static func moment(_ position: VideoPosition?, length: Double, isStill: Bool) -> Double {
        guard !isStill else { return 0 }
        let wanted =
            switch position {
            case .seconds(let seconds): seconds
            case .percent(let percent): length * percent / 100
            case nil: min(length / 10, 3)
            }
        // A frame's length before the end, so that there is one to be found.
        let last = length > 0 ? max(0, length - 0.1) : wanted
        return min(max(0, wanted), last)
    }

    static func seconds(_ duration: Duration) -> Double {
        let (seconds, attoseconds) = duration.components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}
