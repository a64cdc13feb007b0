import CofferHTTP
import Hummingbird

/// `DELETE /api/heap/{id}`: hides a heap from everybody at once; its bytes are freed after the time of grace.
///
/// - 200: `{success, id, deleted_blocks}`. 403: ``HeaperError/notOwner``. 404: ``HeaperError/heapNotFound``.
struct DeleteHeapRoute: Sendable {
    let heaps: HeapStore
    let places: any PlaceFinding
    let documents: any DocumentHosting
    let events: any HeapEventPassing

    @Sendable
    func handle(_ request: Request, context: CofferContext, caller: Caller) async throws -> Response {
        let heap = try await places.required(context.parameters["id"], for: caller.user)
        guard heap.role == .owner else { throw HeaperError.notOwner }
        guard let deleted = try await heaps.delete(heap) else { throw HeaperError.heapNotFound }
        await documents.close(deleted.blocks, reason: "deleted")
        events.close(heap.heap)
        return Response(
            .ok,
            json: ["success": true, "id": .string(heap.heap.text), "deleted_blocks": .integer(deleted.live)]
        )
    }
}
