import CofferHTTP
import Hummingbird

/// `POST /api/trash/{heapId}/restore`: takes blocks out of the trash; live ones count as restored.
///
/// - 200: `{success, restored, not_found}`. 403: ``HeaperError/readOnly``. 404: ``HeaperError/heapNotFound``.
struct RestoreRoute: Sendable {
    let life: BlockLife

    @Sendable
    func handle(_ request: Request, context: CofferContext, caller: Caller) async throws -> Response {
        let heap = try await life.places.required(context.parameters["heapId"], for: caller.user)
        try heap.requireWriting()
        guard let ids = try await RequestFields(request).blocks(["block_ids", "block_id", "ids"]) else {
            throw HeaperError.malformed("block_ids is required")
        }
        try await life.documents.settle(heap.heap)
        let asked = ids.map { (block: $0, heap: String?.some(heap.heap.text)) }
        var restored: [BlockPlace] = []
        var missing: [BlockID] = []
        for (id, standing) in zip(ids, try await life.places.standings(of: asked, for: caller.user)) {
            if case .present(let place) = standing { restored.append(place) } else { missing.append(id) }
        }
        try await life.restore(restored.filter { $0.deletedAt != nil }, by: caller.user)
        return Response(
            .ok,
            json: [
                "success": true, "restored": .array(restored.map { .string($0.block.text) }),
                "not_found": .array(missing.map { .string($0.text) }),
            ]
        )
    }
}
