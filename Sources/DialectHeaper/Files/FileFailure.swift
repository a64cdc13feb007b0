import CofferHTTP
import HTTPTypes

/// Every failure of uploading and reading files.
///
/// Source: Heaper contract, sections 7 and 9.
enum FileFailure: Error, Equatable {
    // Reading.
    case notFound
    /// The block names the file, its bytes are not here.
    case notReady
    case rangeNotSatisfiable(size: Int64)
    // Uploading.
    case uploadNotFound
    /// Another size or chunk size than the upload was begun with.
    case uploadDiffers(size: Int64, chunkBytes: Int64)
    case wrongChunkSize(expected: Int64)
    case chunkOutOfRange(count: Int64)
    case incomplete(missing: [Int64])
    case hashMismatch(expected: ContentHash, actual: ContentHash)
    /// A chunk is not what its `Content-Digest` says.
    case digestMismatch
    case tooLarge(limit: Int64)
    case quotaExceeded(limit: Int64)

    var wire: (status: HTTPResponse.Status, code: String, sentence: String) {
        switch self {
        case .notFound: (.notFound, "file_not_found", "File not found")
        case .notReady: (.notFound, "file_not_ready", "The file is not uploaded yet")
        case .rangeNotSatisfiable: (.rangeNotSatisfiable, "range_not_satisfiable", "The range lies behind the end")
        case .uploadNotFound: (.notFound, "upload_not_found", "There is no such upload")
        case .uploadDiffers:
            (.conflict, "upload_differs", "The upload was begun with another size or chunk size; restart it")
        case .wrongChunkSize(let expected):
            (.badRequest, "wrong_chunk_size", "This chunk must have exactly \(expected) bytes")
        case .chunkOutOfRange(let count):
            (.badRequest, "chunk_out_of_range", "The upload has \(count) chunks, counted from 0")
        case .incomplete: (.conflict, "upload_incomplete", "Some chunks are missing")
        case .hashMismatch: (.unprocessableContent, "hash_mismatch", "The bytes have another SHA-256")
        case .digestMismatch: (.unprocessableContent, "digest_mismatch", "The bytes do not fit their Content-Digest")
        case .tooLarge(let limit): (.contentTooLarge, "too_large", "A file may have \(limit) bytes at most")
        case .quotaExceeded(let limit):
            (
                .init(code: 507, reasonPhrase: "Insufficient Storage"), "quota_exceeded",
                "The files of this account may take \(limit) bytes together"
            )
        }
    }

    /// Members that stand before those of every failure.
    var members: [JSONValue.Member] {
        switch self {
        case .uploadNotFound: [.init("status", "not_found")]
        case .incomplete(let missing):
            [.init("status", "incomplete"), .init("missing_chunks", .array(missing.map { .integer($0) }))]
        case .hashMismatch(let expected, let actual):
            [
                .init("status", "hash_mismatch"), .init("expected", .string(expected.text)),
                .init("actual", .string(actual.text)),
            ]
        case .uploadDiffers(let size, let chunkBytes):
            [
                .init("status", "conflict"), .init("file_size", .integer(size)),
                .init("chunk_size", .integer(chunkBytes)),
            ]
        default: []
        }
    }

    var headers: HTTPFields {
        switch self {
        case .rangeNotSatisfiable(let size): [.contentRange: "bytes */\(size)", .acceptRanges: "bytes"]
        default: [:]
        }
    }
}
