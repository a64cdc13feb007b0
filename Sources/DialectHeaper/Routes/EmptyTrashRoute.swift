import CofferHTTP
import Hummingbird

/// `DELETE /api/trash/{heapId}`: purges what is in the trash at this moment, or of it the blocks that the body names.
///
/// - 200: `{success, deleted, block_ids, freed_bytes}`. 403: ``HeaperError/readOnly``. 404: ``HeaperError/heapNotFound``.
struct EmptyTrashRoute: Sendable {
    let life: BlockLife

    @Sendable
    func handle(_ request: Request, context: CofferContext, caller: Caller) async throws -> Response {
        let heap = try await life.places.required(context.parameters["heapId"], for: caller.user)
        try heap.requireWriting()
        let only = try await RequestFields(request).blocks(["block_ids", "ids", "block_id"])
        let (gone, freedBytes) = try await life.purge(only, of: heap)
        return Response(
            .ok,
            json: [
                "success": true, "deleted": .integer(gone.count),
                "block_ids": .array(gone.map { .string($0.text) }), "freed_bytes": .integer(freedBytes),
            ]
        )
    }
}
