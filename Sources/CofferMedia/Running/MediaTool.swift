import Glibc

/// An external program that makes pictures or reads what a file is.
package enum MediaTool: String, CaseIterable, Sendable {
    case vips, ffmpeg, ffprobe

    /// What it is needed for, in words for an operator.
    package var purpose: String {
        switch self {
        case .vips: "thumbnails of images"
        case .ffmpeg: "frames of videos and animated thumbnails"
        case .ffprobe: "length and size of videos"
        }
    }

    /// Debian's package that holds it.
    package var package: String {
        switch self {
        case .vips: "libvips-tools"
        case .ffmpeg, .ffprobe: "ffmpeg"
        }
    }
}

/// Where programs lie; they are looked for once, in fixed folders and never where `PATH` says.
package struct MediaToolbox: Sendable {
    /// What every run goes through, so that limits hold before the tool reads its first byte.
    struct Harness: Sendable {
        let prlimit, setpriv, nice: String
    }

    let harness: Harness?
    private let paths: [MediaTool: String]

    package init(folders: [String] = ["/usr/local/bin", "/usr/bin", "/bin"]) {
        func find(_ name: String) -> String? {
            folders.lazy.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
        }
        if let prlimit = find("prlimit"), let setpriv = find("setpriv"), let nice = find("nice") {
            harness = Harness(prlimit: prlimit, setpriv: setpriv, nice: nice)
        } else {
            harness = nil
        }
        var paths: [MediaTool: String] = [:]
        for tool in MediaTool.allCases { paths[tool] = find(tool.rawValue) }
        self.paths = paths
    }

    /// Whether runs can be limited: `prlimit`, `setpriv` (util-linux) and `nice` (coreutils) are there.
    package var canLimit: Bool { harness != nil }

    /// The tools that are not installed.
    package var missing: [MediaTool] { MediaTool.allCases.filter { paths[$0] == nil } }

    /// - Returns: nil when it cannot be run under limits, which is as good as absent.
    func path(of tool: MediaTool) -> String? { harness == nil ? nil : paths[tool] }
}
