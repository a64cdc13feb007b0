import CofferCore
import CofferHTTP
import HTTPTypes
import Hummingbird

/// Every failure of this dialect, with its status, code and text.
///
/// Source: Heaper contract, section 1, "Errors".
enum HeaperError: Error, Equatable {
    // What stands before every route.
    case pageNotFound
    case methodNotAllowed([String])
    case rateLimited(retryAfter: Int)
    case missingToken
    case invalidToken
    case notApproved
    case notAdmin
    case malformed(String)
    case bodyTooLarge
    /// A route that speaks WebSocket only.
    case upgradeRequired
    case tooManyBlocks(Int)
    case busy
    // Accounts.
    case challengeInvalid
    case signatureInvalid
    case registrationClosed
    case accountRejected
    case userNotFound
    case userIsAdmin
    // Heaps and blocks.
    case heapNotFound
    case blockNotFound
    case notOwner
    case readOnly
    case idTaken
    case file(FileFailure)
    case scan(ScanFailure)
    case thumbnail(ThumbnailFailure)
    // Faults.
    case storageFull
    case storageUnavailable
    case internalFault

    /// Status, machine-readable code and sentence of the answer.
    var wire: (status: HTTPResponse.Status, code: String, sentence: String) {
        switch self {
        case .pageNotFound: (.notFound, "not_found", "Not found")
        case .methodNotAllowed: (.methodNotAllowed, "method_not_allowed", "Method not allowed")
        case .rateLimited: (.tooManyRequests, "rate_limited", "Too many requests")
        case .missingToken: (.unauthorized, "token_missing", "Access token required")
        case .invalidToken: (.unauthorized, "token_invalid", "Invalid or expired token")
        case .notApproved: (.forbidden, "approval_required", "This account is not approved")
        case .notAdmin: (.forbidden, "admin_required", "Only administrators may do this")
        case .malformed(let sentence): (.badRequest, "malformed", sentence)
        case .upgradeRequired:
            (.upgradeRequired, "upgrade_required", "This is a WebSocket endpoint")
        case .bodyTooLarge: (.contentTooLarge, "too_large", "Request body too large")
        case .tooManyBlocks(let limit): (.contentTooLarge, "too_many_blocks", "At most \(limit) blocks in one request")
        case .busy: (.serviceUnavailable, "busy", "Too many large requests at once")
        case .challengeInvalid: (.unauthorized, "challenge_invalid", "Unknown, used or expired challenge")
        case .signatureInvalid: (.unauthorized, "signature_invalid", "The signature is wrong")
        case .registrationClosed: (.forbidden, "registration_closed", "This server takes no new accounts")
        case .accountRejected: (.forbidden, "account_rejected", "This account was rejected")
        case .userNotFound: (.notFound, "user_not_found", "User not found")
        case .userIsAdmin: (.conflict, "user_is_admin", "An administrator cannot be rejected")
        case .heapNotFound: (.notFound, "heap_not_found", "Heap not found")
        case .blockNotFound: (.notFound, "block_not_found", "Block not found")
        case .notOwner: (.forbidden, "owner_required", "Only the owner may do this")
        case .readOnly: (.forbidden, "read_only", "You may only read this heap")
        case .idTaken: (.conflict, "id_taken", "This id is taken")
        case .file(let failure): failure.wire
        case .scan(let failure): failure.wire
        case .thumbnail(let failure): failure.wire
        case .storageFull: (.init(code: 507, reasonPhrase: "Insufficient Storage"), "storage_full", "Storage is full")
        case .storageUnavailable: (.serviceUnavailable, "storage_unavailable", "Storage is not available")
        case .internalFault: (.internalServerError, "internal_error", "Internal server error")
        }
    }

    var headers: HTTPFields {
        switch self {
        case .methodNotAllowed(let methods): [.allow: methods.joined(separator: ", ")]
        case .rateLimited(let seconds): [.retryAfter: String(seconds)]
        case .missingToken, .invalidToken: [.wwwAuthenticate: "Bearer"]
        case .storageUnavailable: [.retryAfter: "5"]
        case .upgradeRequired: WebSocketUpgrade.Refusal.notRequested.headers
        case .file(let failure): failure.headers
        case .thumbnail(let failure): failure.headers
        case .busy: [.retryAfter: "1"]
        default: [:]
        }
    }

    var response: Response { Response(wire.status, json: body(), headers: headers) }

    /// The body, with further members behind those that every failure has.
    func body(with more: [JSONValue.Member] = []) -> JSONValue {
        let common: [JSONValue.Member] = [
            .init("success", false), .init("error", .string(wire.sentence)), .init("code", .string(wire.code)),
        ]
        return .object(members + common + more)
    }

    private var members: [JSONValue.Member] {
        switch self {
        case .file(let failure): failure.members
        case .scan(let failure): failure.members
        default: []
        }
    }

    /// What a failure from below means here.
    init(_ error: any Error) {
        switch error {
        case let own as HeaperError: self = own
        case is WebSocketUpgrade.Refusal: self = .upgradeRequired
        case let failure as FileFailure: self = .file(failure)
        case let failure as ScanFailure: self = .scan(failure)
        case let failure as ThumbnailFailure: self = .thumbnail(failure)
        case is BodyTooLarge: self = .bodyTooLarge
        case is BodyBroken: self = .malformed("The request body did not arrive whole")
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
