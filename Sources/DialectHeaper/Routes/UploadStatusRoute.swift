import CofferCore
import CofferHTTP
import Hummingbird

/// `GET /api/upload/status/{heap_id}/{block_id}/{hash}`: how far an upload in chunks has come.
///
/// - Auth: access token.
/// - 200: `in_progress` or `complete`. 404: there is none.
/// - Source: Heaper API reference, "GET /api/upload/status"; contract, section 9.
struct UploadStatusRoute {
    let files: FileStore
    let finder: FileFinder
    let places: any PlaceFinding

    @Sendable
    func handle(_ request: Request, context: CofferContext, caller: Caller) async throws -> Response {
        let path = try UploadPath(context.parameters)
        let hash = try UploadPath.hash(context.parameters)
        guard let heap = try await places.heap(path.heap, for: caller.user) else { throw FileFailure.uploadNotFound }
        let found = try await finder.file(hash, of: path.block, for: caller.user)
        if let file = found?.file, file.isUploaded, file.heap == heap.heap {
            return Response(.ok, json: Self.complete(file))
        }
        guard let session = try await files.upload(hash, at: path.block, in: heap.heap) else {
            throw FileFailure.uploadNotFound
        }
        let progress = try await files.progress(of: session)
        return Response(
            .ok,
            json: [
                "status": "in_progress",
                "uploaded_chunks": .array(progress.received.map { .integer($0) }),
                "missing_chunks": .array(progress.missing.map { .integer($0) }),
                "uploaded_bytes": .integer(progress.bytes),
                "total_chunks": .integer(session.chunkCount),
                "chunk_size": .integer(session.chunkBytes),
                "file_size": .integer(session.size),
                "expires_at": Self.time(session.expiresAt),
            ]
        )
    }

    /// In chunks of the usual size: how the bytes came is not kept.
    private static func complete(_ file: HeaperFile) -> JSONValue {
        let chunkBytes = FileSettings.chunkBytes(wished: nil, size: file.size)
        let count = UploadSession.chunkCount(file.size, chunkBytes)
        return [
            "status": "complete",
            "uploaded_chunks": .array((0..<count).map { .integer($0) }),
            "missing_chunks": [],
            "uploaded_bytes": .integer(file.size),
            "total_chunks": .integer(count),
            "chunk_size": .integer(chunkBytes),
            "file_size": .integer(file.size),
            "expires_at": nil,
            "file_id": .string(file.id.text),
        ]
    }

    static func time(_ time: Timestamp?) -> JSONValue {
        .string(time.map { CalendarTime($0).internetDateTimeWithMilliseconds })
    }
}
