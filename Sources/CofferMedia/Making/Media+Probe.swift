extension Media {
    /// What `ffprobe` tells of a video or a song.
    func probe(_ format: MediaFormat, _ file: CInt, in folder: String) async throws -> MediaReport {
        let entries =
            "stream=codec_type,width,height,sample_aspect_ratio:stream_side_data=rotation"
            + ":format=duration:format_tags=title,artist,album,date,creation_time,location,comment,make,model"
        let arguments = [
            "-loglevel", "error", "-protocol_whitelist", "file", "-f", format.demuxer ?? "", "-show_entries", entries,
            "-of", "flat", "file:\(ToolRun.inputPath)",
        ]
        let report = ProbeOutput(try await run(.ffprobe, arguments, input: file, in: folder))
        guard !report.isEmpty else { throw MediaFailure.broken }
        return report.facts(format)
    }
}

/// The `flat` output of ffprobe: lines such as `streams.stream.0.width=1280` and `format.tags.title="…"`.
struct ProbeOutput {
    private var values: [String: String] = [:]

    init(_ output: [UInt8]) {
        for line in output.split(separator: UInt8(ascii: "\n")).prefix(2_000) {
            let parts = line.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { continue }
            values[String(decoding: parts[0], as: UTF8.self)] = Self.plain(String(decoding: parts[1], as: UTF8.self))
        }
    }

    var isEmpty: Bool { values.isEmpty }

    func facts(_ format: MediaFormat) -> MediaReport {
        var facts = MediaReport(format: format)
        let picture = (0..<64).map { "streams.stream.\($0)." }.first { values[$0 + "codec_type"] == "video" }
        facts.hasPicture = picture != nil
        if let picture, let width = number(picture + "width"), let height = number(picture + "height"), width > 0 {
            (facts.width, facts.height) = (Int(shown(width, picture)), Int(height))
            let rotation = number(picture + "side_data_list.side_data.0.rotation") ?? 0
            if abs(rotation.remainder(dividingBy: 180)) == 90 {
                (facts.width, facts.height) = (facts.height, facts.width)
            }
        }
        // Whole numbers of milliseconds in a range that none of the arithmetic after this leaves.
        if let duration = number("format.duration"), (0...1e9).contains(duration) {
            facts.duration = .milliseconds(Int64((duration * 1000).rounded()))
        }
        for (name, value) in values where name.hasPrefix("format.tags.") && !value.isEmpty {
            facts.exif[String(name.dropFirst("format.tags.".count))] = .text(String(value.prefix(200)))
        }
        return facts
    }

    private func number(_ name: String) -> Double? {
        values[name].flatMap(Double.init).flatMap { abs($0) < 1e9 ? $0 : nil }
    }

    /// The width as it is shown, for pixels that are not square.
    private func shown(_ width: Double, _ stream: String) -> Double {
        let ratio = values[stream + "sample_aspect_ratio"]?.split(separator: ":").compactMap { Double($0) } ?? []
        guard ratio.count == 2, ratio[0] > 0, ratio[1] > 0 else { return width }
        return min((width * ratio[0] / ratio[1]).rounded(), 1e6)
    }

    private static func plain(_ value: String) -> String {
        guard value.count >= 2, value.hasPrefix("\""), value.hasSuffix("\"") else { return value }
        var text = ""
        var isEscaped = false
        for character in value.dropFirst().dropLast() {
            if isEscaped {
                text.append(character == "n" || character == "r" ? " " : character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else {
                text.append(character)
            }
        }
        return text
    }
}
