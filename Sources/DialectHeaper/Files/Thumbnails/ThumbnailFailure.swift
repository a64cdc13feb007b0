import CofferMedia
import HTTPTypes

/// Every failure of thumbnails.
///
/// Source: Heaper contract, sections 7 and 9.
enum ThumbnailFailure: Error, Equatable {
    /// None is stored and none can be made.
    case unavailable
    /// No asset is stored under that name.
    case notFound
    /// What was uploaded is no picture in a format that is kept.
    case notAPicture
    case tooLarge(limit: Int)
    case tooMany(limit: Int)
    /// Too many are being made already.
    case busy

    var wire: (status: HTTPResponse.Status, code: String, sentence: String) {
        switch self {
        case .unavailable: (.notFound, "thumbnail_unavailable", "There is no thumbnail of this file")
        case .notFound: (.notFound, "thumbnail_not_found", "Thumbnail not found")
        case .notAPicture:
            (.badRequest, "not_a_picture", "A thumbnail must be a JPEG, PNG, WebP, GIF or AVIF picture")
        case .tooLarge(let limit): (.contentTooLarge, "too_large", "A thumbnail may have \(limit) bytes at most")
        case .tooMany(let limit): (.conflict, "too_many_thumbnails", "A file may have \(limit) thumbnails at most")
        case .busy: (.serviceUnavailable, "busy", "Too many thumbnails are being made; try again soon")
        }
    }

    var headers: HTTPFields { self == .busy ? [.retryAfter: "2"] : [:] }

    /// What it means to a reader that no picture could be made.
    init(_ failure: MediaFailure) {
        switch failure {
        case .busy, .stopped: self = .busy
        default: self = .unavailable
        }
    }
}
