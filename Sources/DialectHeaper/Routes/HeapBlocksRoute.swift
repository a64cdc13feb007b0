import CofferHTTP
import Hummingbird

/// `POST /api/heap`, also by `GET`: one page of a heap's live blocks, the newest change first.
///
/// - 200: `{success, blocks, total, has_more, next_cursor}`. 404: ``HeaperError/heapNotFound``.
struct HeapBlocksRoute: Sendable {
    let blocks: BlockStore
    let places: any PlaceFinding
    let documents: any DocumentHosting

    @Sendable
    func handle(_ request: Request, context: CofferContext, caller: Caller) async throws -> Response {
        let fields = try await RequestFields(request)
        let heap = try await fields.heap(places, for: caller.user)
        let filter = try fields.filter()
        let cursor = try fields.text("cursor").flatMap { $0.isEmpty ? nil : $0 }
        let place = cursor.flatMap { BlockCursor($0) }
        guard cursor == nil || place?.fits(filter.order) == true else {
            throw HeaperError.malformed("cursor is none of ours")
        }
        try await documents.settle(heap.heap)
        let page = try await blocks.page(
            of: heap,
            filter,
            after: place,
            offset: try fields.integer("offset", in: 0...1 << 40, default: 0),
            limit: try fields.integer("limit", in: 1...1000, default: 100)
        )
        return Response(
            .ok,
            json: [
                "success": true,
                "blocks": .array(page.blocks.map(\.json)),
                "total": .integer(page.total),
                "has_more": .bool(page.next != nil),
                "next_cursor": .string(page.next?.text),
            ]
        )
    }
}
