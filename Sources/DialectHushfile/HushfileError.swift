import CofferCore
import CofferHTTP
import HTTPTypes
import Hummingbird

/// Every failure of this dialect, with its status and body.
enum HushfileError: Error, Equatable {
    /// No route, or content that no route takes.
    case badRequest
    case notInitiated
    case isFinished
    case wrongUploadPassword
    case wrongDeletePassword
    case notFound
    /// The 404 of `info`, which has to say besides that there are no chunks.
    case infoNotFound
    case isUnfinished
    case noSuchChunk(Int64)
    case missingChunks([Int64])
    case multipartRefused
    case encodingRefused
    case metadataTooLarge(limit: Int)
    case controlTooLarge(limit: Int)
    case chunkTooLarge(limit: Int)
    case fileTooLarge(limit: Int)
    case tooManyChunks(limit: Int)
    case busy
    case storageFull
    case storageUnavailable
    case internalFault

    var status: HTTPResponse.Status {
        switch self {
        case .badRequest, .notInitiated, .isFinished, .missingChunks: .badRequest
        case .multipartRefused, .encodingRefused, .metadataTooLarge: .badRequest
        case .wrongUploadPassword, .wrongDeletePassword: .forbidden
        case .notFound, .infoNotFound: .notFound
        case .isUnfinished: .preconditionFailed
        case .noSuchChunk: .rangeNotSatisfiable
        case .controlTooLarge, .chunkTooLarge, .fileTooLarge, .tooManyChunks: .contentTooLarge
        case .busy, .storageUnavailable: .serviceUnavailable
        case .storageFull: .init(code: 507, reasonPhrase: "Insufficient Storage")
        case .internalFault: .internalServerError
        }
    }

    private var sentence: String {
        switch self {
        case .badRequest: "bad request"
        case .notInitiated: "File has not been initiated."
        case .isFinished: "Upload is finished."
        case .wrongUploadPassword: "Incorrect uploadpassword"
        case .wrongDeletePassword: "Incorrect deletepassword"
        case .notFound, .infoNotFound: "File not found."
        case .isUnfinished: "Upload is unfinished."
        case .noSuchChunk(let index): "Chunk number \(index) does not exist"
        case .missingChunks(let indexes): "Missing chunks: \(indexes.map(String.init).joined(separator: ","))"
        case .multipartRefused: "Send the bytes themselves, not a multipart form."
        case .encodingRefused: "Content-Encoding is not accepted."
        case .metadataTooLarge(let limit): "Metadata is larger than \(limit) bytes."
        case .controlTooLarge(let limit): "Body is larger than \(limit) bytes."
        case .chunkTooLarge(let limit): "Chunk is larger than max_chunksize_bytes (\(limit))."
        case .fileTooLarge(let limit): "File is larger than max_filesize_bytes (\(limit))."
        case .tooManyChunks(let limit): "File has more than \(limit) chunks."
        case .busy: "Server is busy, try again."
        case .storageFull: "Server is out of storage."
        case .storageUnavailable: "Storage is unavailable, try again."
        case .internalFault: "Internal error."
        }
    }

    /// `file`: the id the request named, or what stands in its place.
    func body(for file: String) -> JSONValue {
        var members: [JSONValue.Member] = [.init("fileid", .string(file))]
        switch self {
        case .notFound, .infoNotFound: members.append(.init("exists", false))
        case .wrongDeletePassword: members.append(.init("deleted", false))
        default: break
        }
        members.append(.init("status", .string(sentence)))
        if self == .infoNotFound {
            members += [.init("chunks", []), .init("totalsize", 0), .init("finished", false)]
        }
        return .object(members)
    }

    var headers: HTTPFields {
        switch self {
        case .busy, .storageUnavailable: [.retryAfter: "5"]
        default: [:]
        }
    }

    /// What a failure from below means here.
    init(_ error: any Error) {
        switch error {
        case let own as HushfileError: self = own
        case let tooLarge as BodyTooLarge: self = .controlTooLarge(limit: tooLarge.limit)
        case is BodyBroken: self = .badRequest
        case StorageError.full: self = .storageFull
        case StorageError.unavailable, BlobError.missing: self = .storageUnavailable
        case PasswordHasher.Failure.busy: self = .busy
        default: self = .internalFault
        }
    }
}
