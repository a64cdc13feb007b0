import CofferHTTP
import Hummingbird

/// `GET /api/trash/{heapId}`: what is in a heap's trash, newest deletion first.
///
/// - 200: `{success, blocks, total, has_more}`. 404: ``HeaperError/heapNotFound``.
struct TrashRoute: Sendable {
    let blocks: BlockStore
    let places: any PlaceFinding
    let documents: any DocumentHosting

    @Sendable
    func handle(_ request: Request, context: CofferContext, caller: Caller) async throws -> Response {
        let heap = try await places.required(context.parameters["heapId"], for: caller.user)
        let fields = try await RequestFields(request)
        let limit = try fields.integer("limit", in: 1...1000, default: 100)
        let offset = try fields.integer("offset", in: 0...1 << 40, default: 0)
        try await documents.settle(heap.heap)
        let (found, total) = try await blocks.trash(of: heap, offset: offset, limit: limit)
        return Response(
            .ok,
            json: [
                "success": true, "blocks": .array(found.map(\.json)), "total": .integer(total),
                "has_more": .bool(offset + found.count < total),
            ]
        )
    }
}
