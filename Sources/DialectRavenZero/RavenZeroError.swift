import CofferCore
import CofferHTTP
import HTTPTypes
import Hummingbird

/// Every failure of this dialect, with its status and body.
enum RavenZeroError: Error, Equatable {
    case form([FormProblem])
    case missingBoundary
    case unreadableBody
    case fieldTooLarge
    case tooManyFields
    case tooManyFiles
    case tooLarge(bytes: Int64, limit: Int)
    case empty
    case mediaTypeRefused(String)
    case previewUnknown
    case previewSpent
    case notFound
    case usedUp
    case bytesMissing
    case integrity(expected: String, actual: String)
    case rateLimited(retryAfter: Int)
    case blocked(Action, retryAfter: Int)
    case noRoute
    case wrongMethod(allowed: String)
    case storageFull
    case storageUnavailable
    case keysExhausted
    /// The storage failed in the middle of an upload.
    case uploadFailed
    case internalFault

    /// Which of the three key routes a blocked client asked.
    enum Action: Equatable { case preview, download, status }

    var status: HTTPResponse.Status {
        switch self {
        case .form, .missingBoundary, .unreadableBody, .fieldTooLarge, .tooManyFields, .tooManyFiles: .badRequest
        case .tooLarge, .empty, .mediaTypeRefused: .badRequest
        case .previewUnknown, .previewSpent, .notFound, .bytesMissing, .noRoute: .notFound
        case .usedUp: .gone
        case .rateLimited, .blocked: .tooManyRequests
        case .wrongMethod: .methodNotAllowed
        case .storageFull: .init(code: 507, reasonPhrase: "Insufficient Storage")
        case .storageUnavailable: .serviceUnavailable
        case .integrity, .keysExhausted, .uploadFailed, .internalFault: .internalServerError
        }
    }

    var body: JSONValue {
        switch self {
        case .form(let problems): ["detail": .array(problems.map(\.json))]
        case .integrity(let expected, let actual): Self.integrityBody(expected: expected, actual: actual)
        default: ["detail": .string(detail)]
        }
    }

    private var detail: String {
        switch self {
        case .form, .integrity: ""
        case .missingBoundary: "Missing boundary in multipart."
        case .unreadableBody: "There was an error parsing the body"
        case .fieldTooLarge: "Part exceeded maximum size of 1024KB."
        case .tooManyFields: "Too many fields. Maximum number of fields is 1000."
        case .tooManyFiles: "Too many files. Maximum number of files is 1000."
        case .tooLarge(let bytes, let limit):
            "File too large: \(Self.grouped(bytes)) bytes (Max Size: \(Self.grouped(Int64(limit))) bytes)"
        case .empty: "File is empty"
        // The single p is what clients of the original program look for.
        case .mediaTypeRefused(let type): "File type not suported: \(type)"
        case .previewUnknown: "Upload not found or link expired"
        case .previewSpent:
            "This file preview has already been accessed and is no longer available for security reasons."
        case .notFound: "File not found"
        case .usedUp: "Download limit has been reached"
        case .bytesMissing: "File does not exist on the server"
        case .rateLimited: "Rate limit exceeded"
        case .blocked(.preview, _): "Demasiados intentos fallidos. Inténtalo más tarde."
        case .blocked(.download, _): "Demasiados intentos fallidos. Bloqueado temporalmente."
        case .blocked(.status, _): "Demasiados intentos. Bloqueado temporalmente."
        case .noRoute: "Not Found"
        case .wrongMethod: "Method Not Allowed"
        case .storageFull: "Internal error while processing upload: insufficient storage"
        case .storageUnavailable: "Service temporarily unavailable"
        case .keysExhausted: "Internal error while processing upload: no free key"
        case .uploadFailed: "Internal error while processing upload: storage unavailable"
        case .internalFault: "Internal Server Error"
        }
    }

    /// Both placements of the report: the reference has it at the top level, the original program below `detail`.
    private static func integrityBody(expected: String, actual: String) -> JSONValue {
        let report: JSONValue = ["expected": .string(expected), "actual": .string(actual)]
        let inner: JSONValue = ["error_code": "INTEGRITY_CHECK_FAILED", "integrity_report": report]
        return ["error_code": "INTEGRITY_CHECK_FAILED", "integrity_report": report, "detail": inner]
    }

    var headers: HTTPFields {
        switch self {
        case .rateLimited(let seconds), .blocked(_, let seconds): [.retryAfter: String(seconds)]
        case .wrongMethod(let allowed): [.allow: allowed]
        case .storageUnavailable: [.retryAfter: "5"]
        default: [:]
        }
    }

    /// `10485760` as `10,485,760`.
    private static func grouped(_ number: Int64) -> String {
        let digits = String(number)
        return String(
            digits.enumerated().flatMap { offset, digit -> [Character] in
                let left = digits.count - offset
                return offset > 0 && left % 3 == 0 ? [",", digit] : [digit]
            }
        )
    }

    /// What a failure from below means here.
    init(_ error: any Error) {
        switch error {
        case let own as RavenZeroError: self = own
        case StorageError.full: self = .storageFull
        case StorageError.unavailable: self = .storageUnavailable
        case BlobError.missing: self = .bytesMissing
        case is BodyBroken: self = .unreadableBody
        default: self = .internalFault
        }
    }
}
