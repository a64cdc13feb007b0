import CofferCore
import CofferHTTP
import Hummingbird

/// `POST /api/upload/complete/{heap_id}/{block_id}/{hash}`: makes a file of an upload whose chunks are all there.
///
/// - Auth: access token. Body, optional: `name`, `mime_type`, `width`, `height`, `duration` in seconds, `exif_data`.
/// - 200: the file; it is durable, in the block's document, and the same however often this is sent. 404: no such upload.
///   409: chunks are missing. 422: the bytes have another SHA-256; the upload is gone.
/// - Source: Heaper API reference, "POST /api/upload/complete"; contract, section 9.
struct UploadCompleteRoute {
    let files: FileStore
    let places: any PlaceFinding

    @Sendable
    func handle(_ request: Request, context: CofferContext, caller: Caller) async throws -> Response {
        let path = try UploadPath(context.parameters)
        let hash = try UploadPath.hash(context.parameters)
        let fields = try await RequestFields(request)
        let finale = FileStore.Finale(
            name: UploadFields.name(try fields.text("name") ?? fields.text("file_name")),
            mimeType: UploadFields.mimeType(try fields.text("mime_type")),
            facts: try UploadFields.facts(fields)
        )
        let target = try await places.fileTarget(path.block, in: path.heap, for: caller.user)
        let file = try await files.complete(hash, finale, at: target, by: caller.user)
        return Response(
            .ok,
            json: [
                "status": "complete", "success": true,
                "block_id": .string(file.block.text),
                "file_hash": .string(file.hash.text),
                "file_id": .string(file.id.text),
                "file": FileBody.json(file),
            ]
        )
    }
}
