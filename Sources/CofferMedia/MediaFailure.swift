/// Why there is no picture and no answer.
package enum MediaFailure: Error, Equatable {
    /// The program for this is not installed.
    case unavailable(MediaTool)
    /// No format that we open, or one of which there is no such picture.
    case unsupported
    /// The file says that it has more pixels or bytes than we are willing to decode.
    case tooLarge
    /// The file is damaged, not what it says, or needs more memory than a tool gets.
    case broken
    /// The tool did not end in its time and was killed.
    case timedOut
    /// Too many others wait already.
    case busy
    /// The service that does the work has ended.
    case stopped
    /// The disk or the system failed us, not the file.
    case system(errno: Int32)
}
