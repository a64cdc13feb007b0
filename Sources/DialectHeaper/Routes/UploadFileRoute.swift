import CofferCore
import CofferHTTP
import HTTPTypes
import Hummingbird

/// `POST /api/upload/file/{heap_id}/{block_id}`: takes a file in one form.
///
/// - Auth: access token. Form: `file` and `hash`, in any order; optional `name` and `mime_type`.
/// - 200: `uploaded`, or `exists` when the block had it. 400: form. 403: the heap may only be read. 404: heap or block.
///   413: too large. 422: the bytes have another SHA-256; nothing is kept. 507: quota, or the disk has no room.
/// - Source: Heaper API reference, "POST /api/upload/file"; contract, section 9.
struct UploadFileRoute {
    let files: FileStore
    let places: any PlaceFinding

    @Sendable
    func handle(_ request: Request, context: CofferContext, caller: Caller) async throws -> Response {
        let path = try UploadPath(context.parameters)
        let target = try await places.fileTarget(path.block, in: path.heap, for: caller.user)
        let settings = files.settings
        let form = UploadForm(blobs: files.blobs, largest: settings.maxBytes, quota: settings.storageBytes)
        let upload = try await form.read(request, room: try await files.room(in: target.heap))
        let arrival = files.arrival(
            upload.hash,
            size: upload.staged.blob.size,
            name: upload.name,
            mimeType: upload.mimeType,
            at: target
        )
        let done = try await files.take(upload.staged, arrival, at: target, by: caller.user)
        return Response(
            .ok,
            json: [
                "status": done.isKnown ? "exists" : "uploaded",
                "block_id": .string(done.file.block.text),
                "file_hash": .string(done.file.hash.text),
                "file_id": .string(done.file.id.text),
                "file": FileBody.json(done.file),
            ]
        )
    }
}
