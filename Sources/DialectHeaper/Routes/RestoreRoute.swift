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
        let found = try await life.places.standings(of: asked, for: caller.user).compactMap { standing in
            if case .present(let place) = standing { place } else { nil }
        }
        let restored = try await life.restore(found, by: caller.user)
        let missing = Set(ids).subtracting(restored)
        return Response(
            .ok,
            json: [
                "success": true, "restored": .array(restored.map { .string($0.text) }),
                "not_found": .array(ids.filter(missing.contains).map { .string($0.text) }),
            ]
        )
    }
}
