import AsyncHTTPClient
import CofferCore
import NIOCore
import NIOHTTP1
import NIOPosix

/// Why a request to S3 did not do what it should.
struct S3Failure: Error {
    /// Whether the same request may succeed a moment later.
    let isTransient: Bool
    let error: StorageError

    /// An answer that is not the one that was asked for.
    init(_ status: HTTPResponseStatus, body: ByteBuffer, doing action: String, at place: String) {
        let answer = XMLElement(parsing: body).flatMap { $0.name == "Error" ? $0 : nil }
        let code = answer?.text(of: "Code").map(Self.printable) ?? ""
        let message = answer?.text(of: "Message").map(Self.printable) ?? ""
        isTransient = [408, 429, 500, 502, 503, 504].contains(status.code) || Self.transientCodes.contains(code)
        if status.code == 507 || Self.fullCodes.contains(code) {
            error = .full
        } else {
            let said = [code, message].filter { !$0.isEmpty }.joined(separator: ": ")
            let hint = Self.hint(status.code, code)
            error = .unavailable(
                "\(action): \(place) answered \(status.code)\(said.isEmpty ? "" : " \(said)")\(hint.isEmpty ? "" : "; \(hint)")"
            )
        }
    }

    /// No answer at all.
    init(_ failure: any Error, doing action: String, at place: String) {
        isTransient = true
        let reason: String
        switch failure {
        case let failure as HTTPClientError: reason = failure.shortDescription
        case let failure as NIOConnectionError:
            reason = failure.connectionErrors.first.map { "\($0.error)" } ?? "no address of \(failure.host) answers"
        default: reason = "\(failure)"
        }
        error = .unavailable("\(action): \(place) does not answer (\(Self.printable(reason)))")
    }

    /// An answer that S3 does not give.
    init(strange what: String, doing action: String, at place: String) {
        isTransient = true
        error = .unavailable("\(action): \(place) gave an answer that is not one of S3 (\(what))")
    }

    private static let transientCodes: Set<String> = [
        "InternalError", "SlowDown", "ServiceUnavailable", "RequestTimeout", "OperationAborted", "Throttling",
    ]
    private static let fullCodes: Set<String> = ["QuotaExceeded", "XMinioStorageFull", "InsufficientCapacity"]

    private static func hint(_ status: UInt, _ code: String) -> String {
        switch (status, code) {
        case (_, "SignatureDoesNotMatch"): "the secret access key is probably wrong"
        case (_, "InvalidAccessKeyId"): "the access key is unknown there"
        case (_, "RequestTimeTooSkewed"): "this machine's clock is wrong"
        case (_, "NoSuchBucket"): "make the bucket first"
        case (301, _), (307, _), (_, "AuthorizationHeaderMalformed"):
            "region or endpoint are probably not those of the bucket"
        case (403, _): "access key, secret, or the policy of the bucket do not allow it"
        default: ""
        }
    }

    /// At most 200 characters, no control characters: it goes into a log.
    private static func printable(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.prefix(200).map { $0.value < 32 ? " " : $0 }))
    }
}
