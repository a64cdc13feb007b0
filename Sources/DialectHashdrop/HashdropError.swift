import CofferCore
import CofferHTTP
import HTTPTypes
import Hummingbird

/// Every failure of this dialect, with its status and text.
enum HashdropError: Error, Equatable {
    // What stands before every route.
    case pageNotFound
    case methodNotAllowed([String])
    case rateLimited(retryAfter: Int)
    case missingToken
    case invalidToken
    case invalidJSON
    // Accounts.
    case invalidEmail
    case invalidPassword
    case accountExists
    case unknownAccount
    case wrongOTP
    case noOTP
    case wrongCredentials
    case invalidRefreshToken
    case notDevelopment
    case mailRefused
    // Files.
    case missingFileID
    case invalidFileID
    case storageLimitReached
    case totalLimitReached
    case fileNotFound
    case noFiles
    case noSalt
    case ambiguousFileID
    case fileTooLarge
    case downloadLimitReached(retryAfter: Int)
    // Faults.
    case busy
    case storageFull
    case storageUnavailable
    case internalFault

    var status: HTTPResponse.Status {
        switch self {
        case .pageNotFound, .fileNotFound, .noFiles, .noSalt: .notFound
        case .methodNotAllowed: .methodNotAllowed
        case .rateLimited, .downloadLimitReached: .tooManyRequests
        case .missingToken, .invalidToken: .unauthorized
        case .unknownAccount, .wrongOTP, .wrongCredentials, .invalidRefreshToken: .unauthorized
        case .invalidJSON, .invalidEmail, .invalidPassword, .noOTP, .missingFileID, .invalidFileID: .badRequest
        case .accountExists, .ambiguousFileID: .conflict
        case .notDevelopment, .storageLimitReached: .forbidden
        case .fileTooLarge: .contentTooLarge
        case .totalLimitReached, .busy, .storageUnavailable: .serviceUnavailable
        case .storageFull: .init(code: 507, reasonPhrase: "Insufficient Storage")
        case .mailRefused, .internalFault: .internalServerError
        }
    }

    /// Source: Hashdrop contract, section 1: faults and limits of the server all carry one text.
    var sentence: String {
        switch self {
        case .pageNotFound: "404 page not found"
        case .methodNotAllowed: "Method Not Allowed"
        case .missingToken: "missing or invalid access token"
        case .invalidToken: "invalid or expired access token"
        case .invalidJSON: "invalid JSON payload"
        case .invalidEmail: "invalid email"
        case .invalidPassword: "invalid password"
        case .accountExists: "an account with this email already exists; retry later if its verification failed"
        case .unknownAccount: "account doesn't exist"
        case .wrongOTP: "invalid otp"
        case .noOTP: "otp not available or expired"
        case .wrongCredentials: "invalid username or password"
        case .invalidRefreshToken: "invalid or expired refresh token"
        case .notDevelopment: "reset is only allowed in a dev environment"
        case .missingFileID: "missing file id in query parameter"
        case .invalidFileID: "invalid file id"
        case .storageLimitReached: "storage limit reached"
        case .fileNotFound: "file not found"
        case .noFiles: "no files found"
        case .noSalt: "passphrase salt not found"
        case .ambiguousFileID: "file id is ambiguous"
        case .fileTooLarge: "file size exceeds the allowed limit"
        case .downloadLimitReached: "daily download limit exhausted for this file"
        case .rateLimited, .totalLimitReached, .mailRefused, .busy, .storageFull, .storageUnavailable, .internalFault:
            "internal server error"
        }
    }

    var headers: HTTPFields {
        switch self {
        case .methodNotAllowed(let methods): [.allow: methods.joined(separator: ", ")]
        case .rateLimited(let seconds), .downloadLimitReached(let seconds): [.retryAfter: String(seconds)]
        case .busy, .storageUnavailable: [.retryAfter: "5"]
        default: [:]
        }
    }

    var response: Response {
        var headers = headers
        headers[.xContentTypeOptions] = "nosniff"
        return Response(status, text: sentence + "\n", headers: headers)
    }

    /// What a failure from below means here.
    init(_ error: any Error) {
        switch error {
        case let own as HashdropError: self = own
        case is BodyTooLarge, is BodyBroken: self = .invalidJSON
        case PasswordHasher.Failure.busy: self = .busy
        case StorageError.full: self = .storageFull
        case StorageError.unavailable: self = .storageUnavailable
        default: self = .internalFault
        }
    }

    /// Whether the operator should hear of it.
    var isFault: Bool {
        switch self {
        case .storageUnavailable, .internalFault: true
        default: false
        }
    }
}
