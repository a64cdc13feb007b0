/// An external program that makes pictures or reads what a file is.
package enum MediaTool: String, CaseIterable, Sendable {
    case vipsthumbnail, ffmpeg, ffprobe
}
