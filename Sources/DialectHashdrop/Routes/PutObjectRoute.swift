import CofferCore
import CofferHTTP
import HTTPTypes
import Hummingbird

/// `PUT /hashdrop-files/{owner}/{object}`: takes the bytes of an upload, at the URL that presign gave.
///
/// It may be repeated while the upload is pending, the last body counts; after that the URL is spent. Nothing else than
/// 200 tells released clients that it worked.
///
/// - Auth: the signature in the query.
/// - 200: stored, durably. 403: another URL than we signed, or it is over, or the upload is. 413: too large.
/// - Source: Hashdrop API reference, "Request presigned upload URL"; contract, sections 5 and 13.
struct PutObjectRoute {
    let objects: EmbeddedObjects
    let files: FileStore
    let blobs: any BlobStore

    @Sendable
    func handle(_ request: Request, context: CofferContext) async throws -> Response {
        let key = try objects.verifiedUpload(context)
        guard try await files.pending(key) != nil else { throw ObjectError.accessDenied }
        try Self.requirePlainBody(request)
        let limit = files.settings.maxBytes
        if let length = request.declaredLength, length > limit { throw ObjectError.tooLarge }
        let staged = try await blobs.write(request.incoming, BlobRequest(maxBytes: limit, wantsSHA256: false))
        guard try await files.put(staged, under: key) else { throw ObjectError.accessDenied }
        return Response(status: .ok, headers: [.contentLength: "0"])
    }

    /// Otherwise the framing of an encoding would be stored as if it were the file.
    private static func requirePlainBody(_ request: Request) throws {
        let encoding = request.headers[.contentEncoding]?.lowercased() ?? ""
        guard encoding.isEmpty || encoding == "identity" else { throw ObjectError.notImplemented }
    }
}
