import CofferHTTP
import Hummingbird

/// `POST /api/heap_count`, also by `GET`: how many blocks the filters of `POST /api/heap` let through.
///
/// - 200: `{success, heap_id, count, total}`. 404: ``HeaperError/heapNotFound``.
struct HeapCountRoute: Sendable {
    let blocks: BlockStore
    let places: any PlaceFinding
    let documents: any DocumentHosting

    @Sendable
    func handle(_ request: Request, context: CofferContext, caller: Caller) async throws -> Response {
        let fields = try await RequestFields(request)
        let heap = try await fields.heap(places, for: caller.user)
        let filter = try fields.filter()
        try await documents.settle(heap.heap)
        let counts = try await blocks.counts(of: heap, filter)
        return Response(
            .ok,
            json: [
                "success": true, "heap_id": .string(heap.heap.text), "count": .integer(counts.filtered),
                "total": .integer(counts.total),
            ]
        )
    }
}
