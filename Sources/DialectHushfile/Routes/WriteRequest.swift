import CofferHTTP
import HTTPTypes
import Hummingbird

/// What both uploads of raw bytes ask of a request.
enum WriteRequest {
    /// The `uploadpassword` of the query string.
    static func password(_ context: CofferContext) -> String? {
        context.path.query.flatMap { FormURLEncoded($0).first("uploadpassword") }
    }

    /// Refuses bodies that are something else than the bytes to store.
    ///
    /// - Throws: ``HushfileError/multipartRefused``, ``HushfileError/encodingRefused``.
    static func requireRawBody(_ request: Request) throws {
        let type = request.headers[.contentType] ?? ""
        // Otherwise a form's framing would be stored by mistake.
        guard !type.lowercased().hasPrefix("multipart/") else { throw HushfileError.multipartRefused }
        let encoding = request.headers[.contentEncoding]?.lowercased() ?? "identity"
        guard encoding == "identity" || encoding.isEmpty else { throw HushfileError.encodingRefused }
    }
}
