import CofferCore
import CofferHTTP
import HTTPTypes
import Hummingbird

/// Every failure of the embedded object store, answered as S3 does.
///
/// Source: Amazon S3 API reference, "Error responses".
enum ObjectError: Error, Equatable {
    /// Also for URLs of uploads that are over, so that nobody learns which objects there are.
    case accessDenied
    case noSuchKey
    case tooLarge
    case incompleteBody
    case notImplemented
    case invalidRange(size: Int64)
    case storageFull
    case slowDown
    case internalFault

    private var wire: (status: HTTPResponse.Status, code: String, message: String) {
        switch self {
        case .accessDenied: (.forbidden, "AccessDenied", "Access Denied")
        case .noSuchKey: (.notFound, "NoSuchKey", "The specified key does not exist.")
        case .tooLarge: (.contentTooLarge, "EntityTooLarge", "Your upload exceeds the maximum allowed size.")
        case .incompleteBody: (.badRequest, "IncompleteBody", "The body ended before the number of bytes announced.")
        case .notImplemented: (.notImplemented, "NotImplemented", "Send the bytes themselves, in no encoding.")
        case .invalidRange: (.rangeNotSatisfiable, "InvalidRange", "The requested range is not satisfiable.")
        case .storageFull:
            (.init(code: 507, reasonPhrase: "Insufficient Storage"), "InternalError", "The server is out of storage.")
        case .slowDown: (.serviceUnavailable, "SlowDown", "Please reduce your request rate.")
        case .internalFault: (.internalServerError, "InternalError", "We encountered an internal error.")
        }
    }

    var response: Response {
        var headers: HTTPFields = [.contentType: "application/xml", .xContentTypeOptions: "nosniff"]
        switch self {
        case .invalidRange(let size): headers[.contentRange] = "bytes */\(size)"
        case .slowDown: headers[.retryAfter] = "5"
        default: break
        }
        let text = """
            <?xml version="1.0" encoding="UTF-8"?>
            <Error><Code>\(wire.code)</Code><Message>\(wire.message)</Message></Error>

            """
        return Response(status: wire.status, headers: headers, body: .init(byteBuffer: .init(string: text)))
    }

    /// What a failure from below means here.
    init(_ error: any Error) {
        switch error {
        case let own as ObjectError: self = own
        case is BodyBroken: self = .incompleteBody
        case BlobError.tooLarge: self = .tooLarge
        case StorageError.full: self = .storageFull
        case StorageError.unavailable: self = .slowDown
        default: self = .internalFault
        }
    }

    /// Whether the operator should hear of it.
    var isFault: Bool { self == .slowDown || self == .internalFault }
}
