/// What a file says of itself.
package struct MediaReport: Equatable, Sendable {
    package var format: MediaFormat
    /// Pixels as they are shown, orientation applied.
    package var width: Int?
    package var height: Int?
    package var duration: Duration?
    /// Whether the file may have transparent pixels.
    package var mayBeTransparent = false
    /// Whether an image has more than one frame.
    package var isAnimated = false
    /// Whether there is a picture in it at all; sound may come with a cover or without.
    package var hasPicture = true
    /// EXIF tags by their names, and for videos the tags of their container.
    package var exif: [String: ExifValue] = [:]

    init(format: MediaFormat) {
        self.format = format
    }

    /// Swaps width and height for the EXIF orientations that turn by a quarter.
    mutating func turn(by orientation: Int) {
        if (5...8).contains(orientation) { (width, height) = (height, width) }
    }
}

/// The value of one tag.
package enum ExifValue: Equatable, Sendable {
    case text(String)
    case integer(Int64)
    case number(Double)
}
