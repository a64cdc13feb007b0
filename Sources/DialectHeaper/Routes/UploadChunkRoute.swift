import CofferCore
import CofferHTTP
import HTTPTypes
import Hummingbird

/// `PUT /api/upload/chunk/{heap_id}/{block_id}/{hash}/{index}`: takes one chunk, in any order and in parallel with others.
///
/// - Auth: access token. `Content-Digest` with a SHA-256 is checked (RFC 9530).
/// - Body: exactly `chunk_size` bytes, of the last chunk the rest.
/// - 200: the chunk is durable; also when the file is complete. An index that comes again replaces the earlier chunk.
///   400: size or index. 404: no such upload. 422: the digest is another. 507: the disk has no room.
/// - Source: Heaper API reference, "PUT /api/upload/chunk"; contract, section 9.
struct UploadChunkRoute {
    let files: FileStore
    let places: any PlaceFinding

    @Sendable
    func handle(_ request: Request, context: CofferContext, caller: Caller) async throws -> Response {
        let path = try UploadPath(context.parameters)
        let hash = try UploadPath.hash(context.parameters)
        let index = try UploadPath.index(context.parameters)
        let digest = try request.headers[Self.contentDigest].flatMap { try ContentDigest($0) }
        let target = try await places.fileTarget(path.block, in: path.heap, for: caller.user)
        guard let session = try await files.upload(hash, at: target.block, in: target.heap.heap) else {
            guard try await files.isComplete(hash, at: target) else { throw FileFailure.uploadNotFound }
            return Self.answer(index, size: try await Self.size(of: request.incoming))
        }
        let body = VerifiedBody(base: request.incoming, digest: digest)
        do {
            let size = try await files.take(index, body, declared: request.declaredLength, of: session)
            return Self.answer(index, size: size)
        } catch FileFailure.uploadNotFound {
            // It has ended while this chunk came; the body has been begun, and can be read by nobody else.
            guard try await files.isComplete(hash, at: target) else { throw FileFailure.uploadNotFound }
            return Self.answer(index, size: session.chunkSize(index) ?? 0)
        }
    }

    static let contentDigest = HTTPField.Name(validated: "Content-Digest")

    /// Reads a chunk of a file that is complete, most likely one whose first answer was lost.
    private static func size(of body: IncomingBody) async throws -> Int64 {
        var size: Int64 = 0
        for try await bytes in body {
            size += Int64(bytes.readableBytes)
            guard size <= FileSettings.largestChunkBytes else { throw HeaperError.bodyTooLarge }
        }
        return size
    }

    private static func answer(_ index: Int64, size: Int64) -> Response {
        Response(.ok, json: ["status": "ok", "index": .integer(index), "size": .integer(size)])
    }
}
