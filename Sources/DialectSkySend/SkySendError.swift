import CofferCore
import CofferHTTP
import HTTPTypes
import Hummingbird

/// A member that was missing or ill-formed.
struct FieldProblem: Equatable {
    let field: String
    let text: String
}

/// Every failure of this dialect, with its status and body.
enum SkySendError: Error, Equatable {
    // What stands before every route.
    case notFound
    case rateLimited(retryAfter: Int)
    case serviceDisabled(SkySendSettings.Service)
    case quotaUsedUp(retryAfter: Int)
    case quotaExceeded(retryAfter: Int)
    // Parameters.
    case parameters([FieldProblem])
    case noteFields([FieldProblem])
    case metaFields([FieldProblem])
    case bad(String)
    case fileTooLarge(limit: Int64)
    case noteTooLarge
    case bodyTooLarge
    case badJSON
    case missingAuthTokenInBody
    // Uploads.
    case missingBody
    case sizeMismatch
    case missingChunkIndex
    case unknownSession
    case tooManyParked
    case chunksExceedSize
    case chunkTooLarge
    case emptyChunk
    case webSocketExpected
    case metaIsSet
    // What is shared.
    case missing(Item)
    case expired(Item)
    case limitReached(Item)
    case noLongerAvailable
    case missingOwnerToken
    case ownerTokenFormat
    case wrongOwnerToken
    case missingAuthToken
    case authTokenFormat
    case wrongAuthToken
    case wrongPassword
    case notProtected(Item)
    case locked(retryAfter: Int)
    case bytesMissing
    case rangeNotSatisfiable(size: Int64)
    // Login.
    case loginRequired
    case sessionInvalid
    case notAuthenticated
    case providerUnreachable
    // Faults.
    case storageFull
    case storageUnavailable
    case internalFault

    enum Item: String, Sendable {
        case upload = "Upload"
        case note = "Note"
    }

    var status: HTTPResponse.Status {
        switch self {
        case .notFound, .unknownSession, .missing: .notFound
        case .rateLimited, .quotaUsedUp, .tooManyParked, .locked: .tooManyRequests
        case .serviceDisabled: .forbidden
        case .quotaExceeded, .fileTooLarge, .noteTooLarge, .bodyTooLarge, .chunksExceedSize, .chunkTooLarge:
            .contentTooLarge
        case .parameters, .noteFields, .metaFields, .bad, .badJSON, .missingAuthTokenInBody: .badRequest
        case .missingBody, .sizeMismatch, .missingChunkIndex, .emptyChunk, .notProtected: .badRequest
        case .webSocketExpected: .upgradeRequired
        case .metaIsSet: .conflict
        case .expired, .limitReached, .noLongerAvailable: .gone
        case .missingOwnerToken, .ownerTokenFormat, .wrongOwnerToken: .unauthorized
        case .missingAuthToken, .authTokenFormat, .wrongAuthToken, .wrongPassword: .unauthorized
        case .loginRequired, .sessionInvalid, .notAuthenticated: .unauthorized
        case .rangeNotSatisfiable: .rangeNotSatisfiable
        case .providerUnreachable, .storageUnavailable: .serviceUnavailable
        case .storageFull: .init(code: 507, reasonPhrase: "Insufficient Storage")
        case .bytesMissing, .internalFault: .internalServerError
        }
    }

    var sentence: String {
        switch self {
        case .notFound: "Not found"
        case .rateLimited: "Too many requests"
        case .serviceDisabled(.file): "File service is disabled"
        case .serviceDisabled(.note): "Note service is disabled"
        case .quotaUsedUp: "Upload quota exceeded. Try again later."
        case .quotaExceeded: "File size exceeds remaining quota."
        case .parameters: "Invalid request headers"
        case .noteFields: "Invalid request"
        case .metaFields: "Invalid request body"
        case .bad(let sentence): sentence
        case .fileTooLarge(let limit): "File size exceeds maximum of \(limit) bytes"
        case .noteTooLarge: "Note content exceeds maximum size"
        case .bodyTooLarge: "Request body too large"
        case .badJSON: "Invalid JSON body"
        case .missingAuthTokenInBody: "Missing authToken in body"
        case .missingBody: "Missing request body"
        case .sizeMismatch: "Body size does not match declared content length"
        case .missingChunkIndex: "Missing or invalid chunk index"
        case .unknownSession: "Upload session not found or expired"
        case .tooManyParked: "Too many out-of-order chunks buffered"
        case .chunksExceedSize: "Chunks exceed the declared content length"
        case .chunkTooLarge: "Chunk too large"
        case .emptyChunk: "Empty chunk"
        case .webSocketExpected: "Expected a WebSocket upgrade"
        case .metaIsSet: "Metadata already set"
        case .missing(let item): "\(item.rawValue) not found"
        case .expired(let item): "\(item.rawValue) has expired"
        case .limitReached(.upload): "Download limit reached"
        case .limitReached(.note): "View limit reached"
        case .noLongerAvailable: "Upload no longer available"
        case .missingOwnerToken: "Missing X-Owner-Token header"
        case .ownerTokenFormat: "Invalid owner token format"
        case .wrongOwnerToken: "Invalid owner token"
        case .missingAuthToken: "Missing X-Auth-Token header"
        case .authTokenFormat: "Invalid auth token format"
        case .wrongAuthToken: "Invalid auth token"
        case .wrongPassword: "Invalid password"
        case .notProtected(let item): "\(item.rawValue) is not password-protected"
        case .locked: "Too many failed attempts. Try again later."
        case .bytesMissing: "File not found on disk"
        case .rangeNotSatisfiable: "Range not satisfiable"
        case .loginRequired: "Authentication required"
        case .sessionInvalid: "Session expired or invalid"
        case .notAuthenticated: "Not authenticated"
        case .providerUnreachable: "OIDC provider is currently unreachable - try again later"
        case .storageFull: "Server is out of storage"
        case .storageUnavailable: "Storage is unavailable - try again later"
        case .internalFault: "Internal server error"
        }
    }

    private var problems: [FieldProblem]? {
        switch self {
        case .parameters(let problems), .noteFields(let problems), .metaFields(let problems): problems
        default: nil
        }
    }

    var body: JSONValue {
        guard let problems else { return ["error": .string(sentence)] }
        let fields = problems.map(\.field).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        let details = fields.map { field in
            JSONValue.Member(field, .array(problems.filter { $0.field == field }.map { .string($0.text) }))
        }
        return ["error": .string(sentence), "details": .object(details)]
    }

    var headers: HTTPFields {
        switch self {
        case .rateLimited(let seconds), .quotaUsedUp(let seconds), .quotaExceeded(let seconds), .locked(let seconds):
            [.retryAfter: String(seconds)]
        case .providerUnreachable, .storageUnavailable: [.retryAfter: "5"]
        case .rangeNotSatisfiable(let size): [.contentRange: "bytes */\(size)"]
        case .webSocketExpected: WebSocketUpgrade.Refusal.notRequested.headers
        default: [:]
        }
    }

    /// What a failure from below means here.
    init(_ error: any Error, now: Timestamp) {
        switch error {
        case let own as SkySendError: self = own
        case is BodyTooLarge: self = .bodyTooLarge
        case is BodyBroken: self = .bad("Request body ended early")
        case let part as PartError: self = Self(part)
        case ClientQuota.Failure.usedUp(let end): self = .quotaUsedUp(retryAfter: now.retryAfterSeconds(until: end))
        case ClientQuota.Failure.exceeds(_, let end):
            self = .quotaExceeded(retryAfter: now.retryAfterSeconds(until: end))
        case is WebSocketUpgrade.Refusal: self = .webSocketExpected
        case StorageError.full: self = .storageFull
        case StorageError.unavailable: self = .storageUnavailable
        case BlobError.missing: self = .bytesMissing
        default: self = .internalFault
        }
    }

    private init(_ error: PartError) {
        switch error {
        case .tooLarge: self = .chunkTooLarge
        case .exceedsUpload: self = .chunksExceedSize
        case .empty: self = .emptyChunk
        case .tooManyParked: self = .tooManyParked
        case .incomplete: self = .sizeMismatch
        case .gone: self = .unknownSession
        // Only of uploads in equal parts, which SkySend has not.
        case .wrongSize, .noSuchPart, .wrongDigest: self = .internalFault
        }
    }

    /// Whether the operator should hear of it.
    var isFault: Bool {
        switch self {
        case .bytesMissing, .internalFault, .storageUnavailable: true
        default: false
        }
    }
}
