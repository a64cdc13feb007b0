import CofferCore
import CofferHTTP
import Hummingbird

/// `POST /api/upload/init/{heap_id}/{block_id}`: begins an upload in chunks, or goes on with it.
///
/// - Auth: access token.
/// - 200: `initialized`, `resumed`, or `exists` when no bytes are needed. 400: fields. 403: the heap may only be read.
///   404: heap or block. 409: begun with another size or chunk size, unless `restart` is true. 413: too large.
///   507: quota, or the disk has no room.
/// - Source: Heaper API reference, "POST /api/upload/init"; contract, section 9.
struct UploadInitRoute {
    let files: FileStore
    let places: any PlaceFinding

    @Sendable
    func handle(_ request: Request, context: CofferContext, caller: Caller) async throws -> Response {
        let path = try UploadPath(context.parameters)
        let wish = try await wish(request)
        let target = try await places.fileTarget(path.block, in: path.heap, for: caller.user)
        switch try await files.begin(wish, at: target, by: caller.user) {
        case .exists(let file): return Response(.ok, json: Self.answer(file, wished: wish.chunkBytes))
        case .open(let session, let isResumed):
            let progress = try await files.progress(of: session)
            let status = isResumed ? "resumed" : "initialized"
            return Response(.ok, json: Self.answer(status, session, progress, block: target.block))
        }
    }

    private func wish(_ request: Request) async throws -> UploadWish {
        let fields = try await RequestFields(request)
        let hash = try UploadPath.hash(try fields.text("hash") ?? fields.text("file_hash"))
        guard let size = try fields.integer("file_size") ?? fields.integer("size") else {
            throw HeaperError.malformed("file_size is required")
        }
        guard size >= 0 else { throw HeaperError.malformed("file_size must not be negative") }
        guard size <= files.settings.maxBytes else { throw FileFailure.tooLarge(limit: files.settings.maxBytes) }
        return UploadWish(
            hash: hash,
            size: size,
            chunkBytes: FileSettings.chunkBytes(wished: try fields.integer("chunk_size"), size: size),
            name: UploadFields.name(try fields.text("name") ?? fields.text("file_name")),
            mimeType: UploadFields.mimeType(try fields.text("mime_type")),
            restarts: try fields.flag("restart") ?? false
        )
    }

    private static func answer(
        _ status: String,
        _ session: UploadSession,
        _ progress: UploadProgress,
        block: BlockID
    ) -> JSONValue {
        [
            "status": .string(status),
            "block_id": .string(block.text),
            "file_hash": .string(session.hash.text),
            "file_size": .integer(session.size),
            "chunk_size": .integer(session.chunkBytes),
            "total_chunks": .integer(session.chunkCount),
            "uploaded_chunks": .array(progress.received.map { .integer($0) }),
            "uploaded_bytes": .integer(progress.bytes),
            "expires_at": UploadStatusRoute.time(session.expiresAt),
        ]
    }

    /// As if all chunks were here.
    private static func answer(_ file: HeaperFile, wished: Int64) -> JSONValue {
        // The client may have told another size.
        let chunkBytes = FileSettings.chunkBytes(wished: wished, size: file.size)
        let count = UploadSession.chunkCount(file.size, chunkBytes)
        return [
            "status": "exists",
            "block_id": .string(file.block.text),
            "file_hash": .string(file.hash.text),
            "file_size": .integer(file.size),
            "chunk_size": .integer(chunkBytes),
            "total_chunks": .integer(count),
            "uploaded_chunks": .array((0..<count).map { .integer($0) }),
            "uploaded_bytes": .integer(file.size),
            "expires_at": nil,
            "file_id": .string(file.id.text),
            "file": FileBody.json(file),
        ]
    }
}
